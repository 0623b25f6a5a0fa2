import { describe, expect, it } from 'vitest';
import { spread } from './edge.ts';
import { addDays, before, lengthOf, rangeOf, todayIn, windowOf } from './range.ts';
import { ticksOf } from './specs.ts';
import { cycleTile, daysText, rangeTiles, todayTiles } from './tiles.ts';
import type { Day, Figures, Flow, Summary } from './types.ts';

const of = (query: string) => rangeOf(new URLSearchParams(query), '2026-11-20');
const figures = (over: Partial<Figures>): Figures => ({
	created: 0,
	triaged: 0,
	started: 0,
	done: 0,
	reopened: 0,
	open: 0,
	overdue: 0,
	...over
});
const day = (over: Partial<Day>): Day =>
	({ day: '2026-11-20', partial: false, ...figures({}), ...over }) as Day;

describe('ranges', () => {
	it('are read from the address, and are today when it says nothing that can be shown', () => {
		expect(of('')).toEqual({ preset: 'today', from: '2026-11-20', to: '2026-11-20' });
		expect(of('range=7').from).toBe('2026-11-14');
		expect(of('from=2026-10-01&to=2026-10-31')).toEqual({
			preset: 'custom',
			from: '2026-10-01',
			to: '2026-10-31'
		});
		for (const wrong of [
			'range=8',
			'from=2026-11-02&to=2026-11-01',
			'from=x&to=2026-11-01',
			'from=2026-11-20&to=2027-01-01',
			'from=2020-01-01&to=2026-01-01'
		])
			expect(of(wrong).preset).toBe('today');
	});

	it('end on the day it is where the projects are, not where the reader is', () => {
		const late = new Date('2026-11-20T23:30:00Z');
		expect(todayIn(['Europe/Berlin'], late)).toBe('2026-11-21');
		expect(todayIn(['America/Los_Angeles'], late)).toBe('2026-11-20');
		expect(todayIn(['America/Los_Angeles', 'Pacific/Auckland'], late)).toBe('2026-11-21');
	});

	it('count days by the calendar, over a change of clocks and a leap day', () => {
		expect(addDays('2026-03-28', 2)).toBe('2026-03-30');
		expect(addDays('2028-03-01', -1)).toBe('2028-02-29');
		expect(lengthOf({ from: '2026-10-24', to: '2026-10-26' })).toBe(3);
	});

	it('have a window for charts and one just before', () => {
		expect(windowOf(of(''), 14)).toEqual({ from: '2026-11-07', to: '2026-11-20' });
		expect(before({ from: '2026-11-14', to: '2026-11-20' })).toEqual({
			from: '2026-11-07',
			to: '2026-11-13'
		});
		expect(before({ from: '2026-01-01', to: '2026-11-20' })).toBeNull();
	});
});

describe('tiles', () => {
	const summary = {
		today: figures({ created: 5, done: 3, open: 148, overdue: 7, reopened: 1 }),
		yesterday_until_now: figures({ created: 4, done: 4, open: 143, overdue: 5, reopened: 1 })
	} as Summary;

	it('are grey unless somebody has to act', () => {
		const tiles = todayTiles(summary, '');
		expect(tiles.map(({ delta }) => delta?.text)).toEqual(['+1', '−1', '+5', '+2', 'same']);
		expect(tiles.map(({ delta }) => delta?.tone)).toEqual([
			'quiet',
			'quiet',
			'quiet',
			'bad',
			'quiet'
		]);
		expect(tiles[0]?.than).toBe('4 yesterday');
	});

	it('sum the days of a range, and compare with those before', () => {
		const days = [day({ created: 2, open: 10 }), day({ created: 3, open: 12, partial: true })];
		const earlier = [day({ created: 1, open: 8 }), day({ created: 1, open: 9 })];
		const tiles = rangeTiles(of('range=7'), days, earlier, summary.today, 'TRK');
		expect(tiles.map(({ id, value, delta }) => [id, value, delta?.text])).toEqual([
			['created', '5', '+3'],
			['done', '0', 'same'],
			['open', '12', '+3'],
			['overdue', '7', undefined],
			['reopened', '0', 'same']
		]);
		expect(tiles[0]?.asked).toEqual({
			figure: 'created',
			from: '2026-11-14',
			to: '2026-11-20',
			project: 'TRK'
		});
	});

	it('leave out what was overdue at the end of a range that is past', () => {
		const tiles = rangeTiles(of(''), [day({})], [], summary.today, '');
		expect(tiles.map(({ id }) => id)).not.toContain('overdue');
		expect(tiles[0]).toMatchObject({ delta: null, than: null });
	});

	it('praise a shorter cycle', () => {
		const flow = (p50: number | null, past: number | null) =>
			({ cycle_time: { p50, previous: { p50: past } } }) as Flow;
		expect(cycleTile(flow(2.4, 3), 30)).toMatchObject({
			value: '2.4',
			delta: { text: '−0.6 d', tone: 'ok' },
			than: '3.0 d before'
		});
		expect(cycleTile(flow(null, 3), 30)).toMatchObject({ value: '–', delta: null });
		expect([11.84, 123.4].map(daysText)).toEqual(['11.8', '123']);
	});
});

describe('drawing', () => {
	it('names few days of many, the last among them', () => {
		const days = Array.from({ length: 30 }, (_, n) => addDays('2026-10-22', n));
		expect(ticksOf(days, 4)).toEqual(['2026-10-22', '2026-11-01', '2026-11-10', '2026-11-20']);
		expect(ticksOf(days.slice(0, 3), 4)).toEqual(days.slice(0, 3));
	});

	it('moves labels apart, in their order, inside the chart', () => {
		expect(spread([50, 52, 90], 16, 0, 200)).toEqual([43, 59, 90]);
		const packed = spread([195, 196, 197], 16, 0, 200);
		expect(packed.at(-1)).toBeLessThanOrEqual(200);
		expect((packed[1] ?? 0) - (packed[0] ?? 0)).toBeGreaterThanOrEqual(16);
	});
});
