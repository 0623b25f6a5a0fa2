import { describe, expect, it } from 'vitest';
import { newSecret, secretWords, withSecret, type Webhook } from '../editor/secrets.ts';
import type { FieldChange } from '../types.ts';
import { listed, said } from './readable.ts';

const WORLD = {
	people: [{ id: 5, name: 'Priya Sandaru' }],
	projects: [{ key: 'DEP', name: 'Depot' }]
};
const change = (field: string, before: unknown, after: unknown): FieldChange => ({
	field,
	label: field,
	before,
	after,
	lines: null
});
const lines = (field: string, before: unknown, after: unknown) =>
	listed(change(field, before, after), WORLD)?.map(({ op, text }) => `${op} ${text}`);

describe('what a version changed', () => {
	it('is said in the words of the editor', () => {
		const words = (field: string, value: unknown) => said(field, value, WORLD);
		expect(words('schedule', null)).toBe('Only by hand');
		expect(words('schedule.grace_s', 1800)).toBe('30 min');
		expect(words('schedule.overlap', 'queue')).toBe('Queue');
		expect(words('is_active', false)).toBe('Off');
		expect(words('templates.subject', '')).toBe('–');
		expect(words('source.sort', [])).toBe('–');
		expect(words('source', { kind: 'dataset', filter: '', columns: ['key', 'title'] })).toBe(
			'kind dataset; columns key, title'
		);
	});

	it('of a list names what came and what went', () => {
		expect(lines('formats', ['csv', 'pdf'], ['pdf', 'xlsx'])).toEqual([
			'remove CSV',
			'keep PDF',
			'add XLSX'
		]);
		expect(
			lines(
				'recipients',
				[{ kind: 'user', user_id: 5 }],
				[
					{ kind: 'user', user_id: 5 },
					{ kind: 'role', role: 'MAINTAINER', project: 'DEP' }
				]
			)
		).toEqual(['keep Priya Sandaru', 'add Maintainers of Depot']);
		expect(lines('source.columns', ['a', 'b'], ['b', 'a'])).toBeUndefined();
		expect(lines('name', 'a', 'b')).toBeUndefined();
	});

	it('of parameters and checks reads as they are made', () => {
		const since = { name: 'since', type: 'date', default: '-7d', label: '', required: true };
		expect(lines('parameters', [], [since])).toEqual(['add since: Date, -7d, needed']);
		const checks = [
			{ kind: 'row_count', min: 1, max: null, on_fail: 'stop' },
			{ kind: 'freshness', column: 'created', max_age: '36h', on_fail: 'warn' },
			{ kind: 'nulls', column: 'due', max_share: 0.25, on_fail: 'warn' }
		];
		expect(lines('checks', [], checks)).toEqual([
			'add Number of rows, At least 1, else send nothing',
			'add Freshness, created, 36h, else say so',
			'add Empty cells, due, 25 %, else say so'
		]);
	});
});

describe('the secret of a webhook', () => {
	const webhook: Webhook = { kind: 'webhook', url: 'https://wall/hook', has_secret: true };

	it('is made as Standard Webhooks has them', () => {
		expect(newSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
		expect(newSecret()).not.toBe(newSecret());
	});

	it('is sent only when it is another one, and null takes it away', () => {
		expect(withSecret({ ...webhook, secret: 'x' }, '')).toEqual(webhook);
		expect(withSecret(webhook, null)).toEqual({ ...webhook, secret: null });
	});

	it('says how things stand', () => {
		expect(
			[webhook, { ...webhook, has_secret: false }, { ...webhook, secret: null }].map((one) =>
				secretWords(one).replace(/\..*/, '')
			)
		).toEqual(['Set', 'Not set', 'It is taken away when you save']);
	});
});
