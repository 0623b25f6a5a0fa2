import { describe, expect, it } from 'vitest';
import { Draft } from './draft.svelte.ts';

const record = () => ({ name: 'Depot', zone: 'UTC', open: true });

describe('a draft over a record that others change', () => {
	it('fields left alone follow the record, fields touched stay', () => {
		let held = record();
		const draft = new Draft(() => held);
		draft.set('name', 'Depot North');
		held = { ...held, zone: 'Europe/Berlin' };
		expect([draft.get('name'), draft.get('zone')]).toEqual(['Depot North', 'Europe/Berlin']);
		expect(draft.patch).toEqual({ name: 'Depot North' });
		expect(draft.clashes('name')).toBe(false);
	});

	it('says when the same field went elsewhere meanwhile, until one of the two is chosen', () => {
		let held = record();
		const draft = new Draft(() => held);
		draft.set('name', 'Depot North');
		held = { ...held, name: 'Depot South' };
		draft.set('name', 'Depot North!');
		expect(draft.clashes('name')).toBe(true);
		draft.drop('name');
		expect([draft.get('name'), draft.clashes('name'), draft.isDirty]).toEqual([
			'Depot South',
			false,
			false
		]);
	});

	it('what both made the same is no change any more', () => {
		let held = record();
		const draft = new Draft(() => held);
		draft.set('open', false);
		expect(draft.isDirty).toBe(true);
		held = { ...held, open: false };
		expect([draft.isDirty, draft.clashes('open')]).toEqual([false, false]);
		draft.set('zone', 'Asia/Tokyo');
		draft.drop();
		expect(draft.patch).toEqual({});
	});
});
