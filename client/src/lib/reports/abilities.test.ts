import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { written } from './editor/definition.ts';
import type { Abilities, DatasetSource } from './types.ts';
import { ReportsView } from './view.svelte.ts';
import { sqlRefusal } from './words.ts';

const ME = 7;
const may: Abilities = {
	make: true,
	sql: true,
	sql_refusal: null,
	ask: [],
	often: false,
	sends_mail: true
};
const mayNot: Abilities = {
	...may,
	sql: false,
	sql_refusal: 'SQL is for admins',
	ask: [{ id: 1, name: 'Mara Velling' }]
};
const event = (what: 'granted' | 'revoked', id: number) =>
	({
		type: `sandbox.writer_${what}`,
		at: '',
		actor: null,
		user: { id, name: '' }
	}) as TracklyEvent;

describe('what the reader may do', () => {
	let answers: ((abilities: Abilities) => void)[];

	beforeEach(() => {
		answers = [];
		vi.stubGlobal(
			'fetch',
			() => new Promise((resolve) => answers.push((abilities) => resolve(Response.json(abilities))))
		);
	});
	afterEach(() => void vi.unstubAllGlobals());
	const settle = () => new Promise((resolve) => setTimeout(resolve));

	it('is asked anew when the right to write SQL is given to them or taken, and of nobody else', async () => {
		const view = new ReportsView({ userId: ME, tz: 'UTC' });
		view.take(event('granted', 8));
		expect(answers).toHaveLength(0);
		view.take(event('granted', ME));
		answers[0]?.(may);
		await settle();
		expect(sqlRefusal(view.abilities)).toBeNull();
		view.take(event('revoked', ME));
		answers[1]?.(mayNot);
		await settle();
		expect(sqlRefusal(view.abilities)).toBe('SQL is for admins. Ask Mara Velling.');
	});

	it('is what the last question was answered, whichever answer comes last', async () => {
		const view = new ReportsView({ userId: ME, tz: 'UTC' });
		view.take(event('granted', ME));
		view.take(event('revoked', ME));
		answers[1]?.(mayNot);
		await settle();
		answers[0]?.(may);
		await settle();
		expect(view.abilities?.sql).toBe(false);
	});
});

it('a statement without a word is not tried, and nothing is asked of it', () => {
	const issues: DatasetSource = {
		kind: 'dataset',
		dataset: 'issues',
		filter: '',
		columns: [],
		group_by: [],
		sort: []
	};
	expect([null, { kind: 'sql', sql: ' \n' } as const].map(written)).toEqual([null, null]);
	const sql = { kind: 'sql', sql: 'SELECT 1' } as const;
	expect([issues, sql].map(written)).toEqual([issues, sql]);
});
