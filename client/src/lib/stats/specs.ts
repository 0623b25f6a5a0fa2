import type { TopLevelSpec } from 'vega-lite';
import { STATUSES } from '#lib/api/types.ts';
import { statusWord } from '#lib/issues/words.ts';
import { dayName, shortDay } from '#lib/kit/time.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Ink } from './ink.ts';
import { daysText } from './tiles.ts';
import type { CycleTime, Day, FlowDay } from './types.ts';

/** What a chart is drawn into, and with. */
export interface Sheet {
	ink: Ink;
	width: number;
	height: number;
	now: Date;
}

/** At most `most` of these days, evenly, the first and the last among them. */
export function ticksOf(days: readonly string[], most: number): string[] {
	if (days.length <= most) return [...days];
	const step = (days.length - 1) / (most - 1);
	return Array.from({ length: most }, (_, n) => days[Math.round(n * step)] ?? '');
}

/** Every second, third … of these days, back from the last, so that each has `room` of the `width`. */
export function backFrom(days: readonly string[], width: number, room: number): string[] {
	const step = Math.max(1, Math.ceil((days.length * room) / width));
	return days.filter((_, n) => (days.length - 1 - n) % step === 0);
}

/** An expression that names days; the last one is today when it is not over. */
function naming(days: readonly string[], nameOf: (day: string) => string): string {
	return days.reduceRight(
		(rest, day) => `datum.value === '${day}' ? ${JSON.stringify(nameOf(day))} : ${rest}`,
		`''`
	);
}

const TICKS = 4;
/** Room above a chart, in pixels. */
export const TOP = 8;

const config = ({ ink }: Sheet) => ({
	font: 'Inter, ui-sans-serif, system-ui, sans-serif',
	view: { stroke: null },
	axis: {
		domain: false,
		ticks: false,
		grid: false,
		title: null,
		labelColor: ink.fg3,
		labelFontSize: 11,
		labelPadding: 6
	},
	axisY: { grid: true, gridColor: ink.grid, tickCount: TICKS, tickMinStep: 1 },
	axisX: { labelAngle: 0, labelOverlap: false as const, labelPadding: 8 },
	legend: { disable: true }
});

const sized = ({ width, height }: Sheet) => ({
	width,
	height,
	background: 'transparent',
	padding: { left: 0, right: 0, top: TOP, bottom: 4 },
	autosize: { type: 'fit' as const, contains: 'padding' as const }
});

/** From so many days on, bars say the month too, and stand closer. */
const MONTH = 31;
/** How much room the name of a day wants: a number, or with its month. */
const NARROW = 30;
const WIDE = 64;

/** An upright scale of counts; it stands on 0 also when there is nothing to count. */
const upTo = (counts: readonly number[]) =>
	counts.some((n) => n > 0) ? { nice: TICKS } : { domain: [0, TICKS] };

/** Created and done per day, side by side; today is pale, because it is not over. */
export function createdDone(days: readonly Day[], sheet: Sheet): TopLevelSpec {
	const { ink, now } = sheet;
	const names = days.map(({ day }) => day);
	const isLong = names.length > MONTH;
	const shown = backFrom(names, sheet.width, isLong ? WIDE : NARROW);
	const last = days.at(-1)?.partial ? names.at(-1) : null;
	const kinds = ['created', 'done'] as const;
	return {
		...sized(sheet),
		config: config(sheet),
		data: {
			values: days.flatMap((day) =>
				kinds.map((kind) => ({
					day: day.day,
					kind,
					n: day[kind],
					partial: day.partial,
					tip: `${dayName(day.day, now)}: ${m.insights_n_created({ n: day.created })}, ${m.insights_n_done({ n: day.done })}`
				}))
			)
		},
		mark: { type: 'bar', cornerRadius: 1.5, cursor: 'pointer' },
		encoding: {
			x: {
				field: 'day',
				type: 'ordinal',
				scale: { paddingInner: isLong ? 0.15 : 0.45, paddingOuter: 0.3 },
				axis: {
					values: shown,
					labelExpr: naming(shown, (day) =>
						day === last
							? m.due_today()
							: isLong
								? shortDay(day, now)
								: String(Number(day.slice(8)))
					),
					labelColor: {
						condition: { test: `datum.value === '${last}'`, value: ink.fg },
						value: ink.fg3
					},
					labelFontWeight: {
						condition: { test: `datum.value === '${last}'`, value: 500 },
						value: 400
					}
				}
			},
			xOffset: { field: 'kind', scale: { domain: [...kinds], paddingInner: 0.12 } },
			y: {
				field: 'n',
				type: 'quantitative',
				scale: upTo(days.flatMap((day) => [day.created, day.done]))
			},
			color: { field: 'kind', scale: { domain: [...kinds], range: [ink.past, ink.point] } },
			opacity: { condition: { test: 'datum.partial', value: 0.45 }, value: 1 },
			tooltip: { field: 'tip' }
		}
	};
}

/** How many issues had each status at the end of each day, Done at the bottom. */
export function cumulativeFlow(days: readonly FlowDay[], sheet: Sheet): TopLevelSpec {
	const { ink, now } = sheet;
	const names = days.map(({ day }) => day);
	const shown = ticksOf(names, 4);
	const last = days.at(-1)?.partial ? names.at(-1) : null;
	const tip = (day: FlowDay) =>
		`${dayName(day.day, now)}: ${STATUSES.map((status) => `${day[status]} ${statusWord(status)}`).join(', ')}`;
	return {
		...sized(sheet),
		config: config(sheet),
		data: {
			values: days.flatMap((day) =>
				STATUSES.map((status, at) => ({ day: day.day, status, at, n: day[status], tip: tip(day) }))
			)
		},
		mark: { type: 'area', opacity: 1, stroke: ink.bg, strokeWidth: 1 },
		encoding: {
			x: {
				field: 'day',
				type: 'ordinal',
				// Without any padding rounding can push the first day out of the scale, and its name with it.
				scale: { type: 'point', padding: 0.001 },
				axis: {
					values: shown,
					labelFlush: true,
					labelExpr: naming(shown, (day) => (day === last ? m.due_today() : shortDay(day, now)))
				}
			},
			y: {
				field: 'n',
				type: 'quantitative',
				stack: 'zero',
				scale: upTo(days.flatMap((day) => STATUSES.map((status) => day[status])))
			},
			order: { field: 'at', sort: 'descending' },
			color: {
				field: 'status',
				scale: { domain: [...STATUSES], range: [ink.open, ink.triaged, ink.progress, ink.done] }
			},
			tooltip: { field: 'tip' }
		}
	};
}

/** Each finished issue: when, and how long it took; amber past p85. */
export function cycleScatter(
	cycle: CycleTime,
	from: string,
	to: string,
	sheet: Sheet
): TopLevelSpec {
	const { ink, now } = sheet;
	const lines = [cycle.p50, cycle.p85, cycle.p95].flatMap((days) =>
		days === null ? [] : [{ days }]
	);
	// The days are the project's, the clock is the reader's: what lies between the two is still drawn.
	const done = cycle.points.map(({ done_at }) => Date.parse(done_at));
	const start = Math.min(new Date(`${from}T00:00:00`).getTime(), ...done);
	const end = Math.max(Math.min(new Date(`${to}T23:59:59`).getTime(), now.getTime()), ...done);
	const ticks = [0, 1 / 3, 2 / 3, 1].map((part) => Math.round(start + (end - start) * part));
	const nameOf = (ms: number) => {
		const day = new Date(ms);
		const text = `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
		return ms === end && end === now.getTime() ? m.due_today() : shortDay(text, now);
	};
	return {
		...sized(sheet),
		config: config(sheet),
		layer: [
			{
				data: { values: lines },
				mark: { type: 'rule', color: ink.fg3, strokeDash: [3, 3], strokeWidth: 1 },
				encoding: { y: { field: 'days', type: 'quantitative' } }
			},
			{
				data: {
					values: cycle.points.map(({ key, title, done_at, days }) => ({
						key,
						at: Date.parse(done_at),
						days,
						late: cycle.p85 !== null && days > cycle.p85,
						tip: `${key} ${title}: ${daysText(days)} d`
					}))
				},
				mark: { type: 'circle', size: 20, cursor: 'pointer' },
				encoding: {
					x: {
						field: 'at',
						type: 'quantitative',
						scale: { domain: [start, end], nice: false, zero: false },
						axis: {
							values: ticks,
							grid: false,
							labelFlush: true,
							labelExpr: ticks.reduceRight(
								(rest, ms) => `datum.value === ${ms} ? ${JSON.stringify(nameOf(ms))} : ${rest}`,
								`''`
							)
						}
					},
					y: { field: 'days', type: 'quantitative', scale: { zero: true, nice: TICKS } },
					color: { condition: { test: 'datum.late', value: ink.late }, value: ink.past },
					opacity: { condition: { test: 'datum.late', value: 1 }, value: 0.75 },
					tooltip: { field: 'tip' }
				}
			}
		]
	};
}
