import { count } from '#lib/kit/text.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Asked } from './items.ts';
import type { Range } from './range.ts';
import type { Day, Figures, Flow, Summary } from './types.ts';

export interface Delta {
	text: string;
	to: 'up' | 'down' | 'same';
	/** Grey, unless somebody has to act. */
	tone: 'quiet' | 'bad' | 'ok';
}

export interface Tile {
	id: 'created' | 'done' | 'open' | 'overdue' | 'reopened' | 'cycle';
	label: string;
	value: string;
	unit?: string;
	delta: Delta | null;
	/** What it is compared with: "4 yesterday". */
	than: string | null;
	/** What opens; null when it is no count. */
	asked: Asked | null;
}

const LABEL = {
	created: m.insights_created,
	done: m.insights_done,
	open: m.insights_open,
	overdue: m.insights_overdue,
	reopened: m.insights_reopened
};
const COUNTED = ['created', 'done', 'open', 'overdue', 'reopened'] as const;
type Counted = (typeof COUNTED)[number];

const signed = (n: number): string => (n > 0 ? `+${count(n)}` : `−${count(-n)}`);

function deltaOf(now: number, then: number | null, isBad: boolean): Delta | null {
	if (then === null) return null;
	const change = now - then;
	if (change === 0) return { text: m.insights_same(), to: 'same', tone: 'quiet' };
	return {
		text: signed(change),
		to: change > 0 ? 'up' : 'down',
		tone: isBad && change > 0 ? 'bad' : 'quiet'
	};
}

/** Today's tiles: against yesterday until the same minute. */
export function todayTiles(summary: Summary, project: string): Tile[] {
	return COUNTED.map((id) => {
		const then = summary.yesterday_until_now[id];
		return {
			id,
			label: LABEL[id](),
			value: count(summary.today[id]),
			delta: deltaOf(summary.today[id], then, id === 'overdue'),
			than: m.insights_yesterday({ n: count(then) }),
			asked: { figure: id, project }
		};
	});
}

const sum = (days: readonly Day[], id: 'created' | 'done' | 'reopened'): number =>
	days.reduce((total, day) => total + day[id], 0);

/** The tiles of a longer range: against the days just before; `open` is of its end. */
export function rangeTiles(
	range: Range,
	days: readonly Day[],
	earlier: readonly Day[],
	now: Figures | null,
	project: string
): Tile[] {
	const isToNow = days.at(-1)?.partial === true;
	const tile = (id: Counted, value: number, then: number | null): Tile => ({
		id,
		label: LABEL[id](),
		value: count(value),
		delta: deltaOf(value, then, false),
		than: then === null ? null : m.insights_before({ n: count(then) }),
		asked: { figure: id, from: range.from, to: range.to, project }
	});
	const moved = (id: 'created' | 'done' | 'reopened') =>
		tile(id, sum(days, id), earlier.length > 0 ? sum(earlier, id) : null);
	const overdue = now && isToNow ? [tile('overdue', now.overdue, null)] : [];
	return [
		moved('created'),
		moved('done'),
		tile('open', days.at(-1)?.open ?? 0, earlier.at(-1)?.open ?? null),
		...overdue,
		moved('reopened')
	];
}

/** 2.4 · 11.8 · 120: days, one digit below a hundred. */
export const daysText = (days: number): string =>
	days < 100 ? days.toFixed(1) : String(Math.round(days));

export function cycleTile({ cycle_time: { p50, previous } }: Flow, days: number): Tile {
	const change = p50 !== null && previous.p50 !== null ? p50 - previous.p50 : null;
	const isSame = change !== null && Math.abs(change) < 0.05;
	return {
		id: 'cycle',
		label: m.insights_median({ days }),
		value: p50 === null ? '–' : daysText(p50),
		unit: p50 === null ? undefined : m.insights_days(),
		delta:
			change === null
				? null
				: isSame
					? { text: m.insights_same(), to: 'same', tone: 'quiet' }
					: {
							text: `${change > 0 ? '+' : '−'}${daysText(Math.abs(change))} d`,
							to: change > 0 ? 'up' : 'down',
							tone: change < 0 ? 'ok' : 'quiet'
						},
		than: previous.p50 === null ? null : m.insights_days_before({ n: daysText(previous.p50) }),
		asked: null
	};
}
