import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { issueHrefIn } from '#lib/issues/key.ts';
import { cellText, isNumeric } from '#lib/kit/cells.ts';
import { moved } from '#lib/ui/reorder.ts';
import { darkOf, dressed, tipOf } from './receipt/charts.ts';
import { delivered, deliveryTone, hasFailed } from './receipt/deliveries.ts';
import { placeOf, tablesNamed, tablesWith } from './sql/schema.ts';
import { mistakeIn } from './sql/commands.ts';
import type { DeliveryOut } from './types.ts';

describe('a mistake in SQL', () => {
	it('is marked to the end of the word that stands there', () => {
		const sql = 'SELECT key\nFROM isues';
		expect(placeOf(sql, { line: 2, column: 6, reason: '' })).toEqual([16, 21]);
		expect(placeOf(sql, { line: 1, column: 1, reason: '' })).toEqual([0, 6]);
		expect(placeOf(sql, { line: 9, column: 9, reason: '' })).toEqual([20, 21]);
		expect(placeOf('', { line: 1, column: 1, reason: '' })).toEqual([0, 0]);
	});

	it('is believed only when it says where', () => {
		expect(mistakeIn({ line: 1, column: 2, reason: 'no' })).toEqual({
			line: 1,
			column: 2,
			reason: 'no'
		});
		expect(mistakeIn({ line: 1 })).toBeNull();
	});
});

describe('what SQL may read', () => {
	const table = (name: string, column: string) => ({
		name,
		description: `all ${name}`,
		columns: [{ name: column, type: 'text', description: '' }]
	});
	const tables = [table('issues', 'severity'), table('people', 'name')];

	it('is found by names of tables and columns', () => {
		expect(tablesWith(tables, 'sever').map(({ name }) => name)).toEqual(['issues']);
		expect(tablesWith(tables, '')).toHaveLength(2);
	});

	it('is what the statement names, else everything', () => {
		expect(tablesNamed(tables, 'select x from PEOPLE').map(({ name }) => name)).toEqual(['people']);
		expect(tablesNamed(tables, 'select ')).toHaveLength(2);
	});
});

describe('cells', () => {
	const column = (type: string, name = 'x') => ({ name, type, title: '' });
	it('say numbers, times and nothing', () => {
		expect(cellText(12345, column('integer'))).toBe('12,345');
		expect(cellText('12.50', column('decimal'))).toBe('12.50');
		expect(cellText(null, column('text'))).toBe('');
		expect(cellText('2026-11-20T09:00:00', column('timestamp'))).toBe('2026-11-20 09:00');
		expect([isNumeric(column('DECIMAL')), isNumeric(column('text'))]).toEqual([true, false]);
	});

	it('open the issue that they name', () => {
		expect(issueHrefIn('SCN-212', column('text', 'key'))).toBe('/issues/SCN-212');
		expect(issueHrefIn('SCN-212', column('text', 'title'))).toBeNull();
	});
});

describe('deliveries', () => {
	const one = (over: Partial<DeliveryOut>): DeliveryOut => ({
		id: 1,
		ref: 'report_run:1',
		channel: 'email',
		address: 'a@b.c',
		user_id: null,
		state: 'sent',
		final: true,
		attempts: 1,
		answer: null,
		message_id: null,
		next_try_at: null,
		sent_at: null,
		version: 2,
		...over
	});

	it('look bad only when nothing more is tried', () => {
		expect(deliveryTone(one({ state: 'failed', final: false }))).toBe('warn');
		expect(deliveryTone(one({ state: 'failed' }))).toBe('bad');
		expect(hasFailed([one({}), one({ state: 'failed', final: false })])).toBe(false);
		expect(hasFailed([one({ state: 'unknown' })])).toBe(true);
	});

	it('take the newer word', () => {
		const held = [one({})];
		expect(delivered(held, one({ version: 1, state: 'pending' }))[0]?.state).toBe('sent');
		expect(delivered(held, one({ version: 3, state: 'failed' }))[0]?.state).toBe('failed');
		expect(delivered(held, one({ id: 2 }))).toHaveLength(2);
	});
});

describe('charts', () => {
	const tokens = readFileSync('src/lib/styles/tokens.css', 'utf8');
	const paper = { width: 360, dark: darkOf(tokens), faint: 'rgb(1, 2, 3)' };
	it('keep their marks and rows, and take the dark of each token in the dark', () => {
		const light = tokens.match(/--accent:\s+light-dark\((#\w{6}), (#\w{6})\)/) ?? [];
		const spec = { data: { values: [1] }, layer: [{ mark: { type: 'bar', color: light[1] } }] };
		const drawn = dressed(spec, paper);
		expect(drawn).toMatchObject({
			data: { values: [1] },
			layer: [{ mark: { type: 'bar', color: light[2] } }],
			width: 360
		});
		expect(dressed(spec, { ...paper, dark: null })).toMatchObject({ layer: spec.layer });
	});

	it('write numbers in the ink of the page', () => {
		const spec = { layer: [{ mark: { type: 'text', color: 'x' } }] };
		expect(dressed(spec, paper)).toMatchObject({ layer: [{ mark: { color: paper.faint } }] });
	});

	it('say a mark plainly', () => {
		expect(tipOf({ project: 'DEP', count: 8 })).toBe('DEP · 8');
		expect([tipOf(null), tipOf('x')]).toEqual(['', 'x']);
	});
});

describe('an order', () => {
	it('is changed by taking one out and putting it in', () => {
		expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
		expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
	});
});
