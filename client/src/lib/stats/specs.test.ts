import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import { addDays } from './range.ts';
import { cumulativeFlow, createdDone, cycleScatter, type Sheet } from './specs.ts';
import type { CycleTime, Day, FlowDay } from './types.ts';

const tokens = 'fg fg3 bg grid point past late open triaged progress done'.split(' ');
const ink = Object.fromEntries(
	tokens.map((name, at) => [name, `rgb(${at}, 1, 2)`])
) as unknown as Sheet['ink'];
const sheet: Sheet = { ink, width: 520, height: 260, now: new Date('2026-11-20T12:00:00') };

/** Drawn as the page draws: expressions are walked, never compiled. */
async function drawn(spec: TopLevelSpec): Promise<string> {
	const runtime = parse(compile(spec).spec, undefined, { ast: true });
	const view = new View(runtime, { expr: expressionInterpreter, renderer: 'none' });
	const svg = await (await view.runAsync()).toSVG();
	view.finalize();
	return svg;
}
/** The marks of a role in a drawing, as their attributes. */
function marks(svg: string, role: string): string[] {
	const groups = svg.split('<g').filter((part) => part.includes(`class="${role} `));
	return groups.flatMap((group) => (group.split('</g>')[0] ?? '').match(/<path [^>]*>/g) ?? []);
}
const words = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
const dayAt = (n: number) => `2026-11-${String(n).padStart(2, '0')}`;

describe('created and done', () => {
	const days = Array.from({ length: 14 }, (_, n) => ({
		day: dayAt(n + 7),
		partial: n === 13,
		created: n,
		done: 2
	})) as Day[];

	it('has two bars a day, and pale ones today', async () => {
		const bars = marks(await drawn(createdDone(days, sheet)), 'mark-rect');
		expect(bars).toHaveLength(28);
		expect(bars.filter((bar) => bar.includes(ink.past))).toHaveLength(14);
		expect(bars.filter((bar) => bar.includes(ink.point))).toHaveLength(14);
		expect(bars.filter((bar) => bar.includes('opacity="0.45"'))).toHaveLength(2);
	});

	it('names each day that has room, and the last one Today', async () => {
		const svg = await drawn(createdDone(days, sheet));
		expect(words(svg)).toEqual(expect.arrayContaining(['7', '19', 'Today']));
		expect(words(await drawn(createdDone(days, { ...sheet, width: 150 })))).not.toContain('19');
	});

	it('paints no paper', async () => {
		expect(compile(createdDone(days, sheet)).spec.background).toBe('transparent');
	});

	it('draws days on which nothing happened', async () => {
		const none = days.map((day) => ({ ...day, created: 0, done: 0 }));
		expect(words(await drawn(createdDone(none, sheet)))).toEqual(
			expect.arrayContaining(['0', '4'])
		);
	});
});

describe('cumulative flow', () => {
	it('has one area a status, in the colours of the statuses', async () => {
		const days = [7, 8, 9].map((n) => ({
			day: dayAt(n),
			partial: false,
			OPEN: 4,
			TRIAGED: 3,
			IN_PROGRESS: 2,
			DONE: n
		})) as FlowDay[];
		const areas = marks(await drawn(cumulativeFlow(days, sheet)), 'mark-area');
		expect(areas).toHaveLength(4);
		for (const color of [ink.open, ink.triaged, ink.progress, ink.done])
			expect(areas.filter((area) => area.includes(`fill="${color}"`))).toHaveLength(1);
	});

	it('names its first day at any width', async () => {
		const days = Array.from({ length: 90 }, (_, n) => ({
			day: addDays('2026-08-23', n),
			partial: false,
			OPEN: n,
			TRIAGED: 1,
			IN_PROGRESS: 1,
			DONE: n
		})) as FlowDay[];
		for (let width = 440; width < 470; width += 1)
			expect(words(await drawn(cumulativeFlow(days, { ...sheet, width })))).toContain('23 Aug');
	});
});

describe('cycle time', () => {
	const cycle = {
		p50: 2,
		p85: 6,
		p95: 9,
		points: [1, 6, 7].map((days, at) => ({
			key: `TRK-${at}`,
			title: "It's slow",
			started_at: '2026-10-01T08:00:00.000000Z',
			done_at: `2026-11-${10 + at * 4}T08:00:00.000000Z`,
			days
		}))
	} as CycleTime;
	const svg = drawn(cycleScatter(cycle, '2026-10-22', '2026-11-20', sheet));

	it('places the issues by when they were finished', async () => {
		const xs = marks(await svg, 'mark-symbol').map((dot) =>
			Number(/translate\(([\d.]+)/.exec(dot)?.[1])
		);
		expect(xs).toHaveLength(3);
		expect(xs[0]).toBeGreaterThan(100);
		expect(xs[1]).toBeGreaterThan(xs[0] ?? NaN);
		expect((xs[2] ?? NaN) - (xs[1] ?? NaN)).toBeCloseTo((xs[1] ?? NaN) - (xs[0] ?? NaN), 0);
	});

	it('is amber past p85, and only there', async () => {
		const dots = marks(await svg, 'mark-symbol');
		expect(dots.map((dot) => dot.includes(ink.late))).toEqual([false, false, true]);
	});

	it('names its ends', async () => {
		expect(words(await svg)).toEqual(expect.arrayContaining(['22 Oct', 'Today']));
	});
});
