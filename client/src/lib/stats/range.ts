import { dateOf, today } from '#lib/kit/time.ts';

export const PRESETS = ['today', '7', '30', '90', 'custom'] as const;
export type Preset = (typeof PRESETS)[number];

/** Which days the page is about. */
export interface Range {
	preset: Preset;
	/** First and last day, both included. */
	from: string;
	to: string;
}

/** Which day it is where the projects are: the latest of theirs, as the server counts. */
export function todayIn(zones: readonly string[], now: Date): string {
	const days = zones.map((timeZone) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(now));
	return days.toSorted().at(-1) ?? today(now);
}

export const addDays = (day: string, days: number): string => {
	const date = dateOf(day);
	return today(new Date(date.getFullYear(), date.getMonth(), date.getDate() + days));
};

/** How many days lie in a range, both ends included. */
export function lengthOf({ from, to }: Pick<Range, 'from' | 'to'>): number {
	const ms = Date.UTC(...parts(to)) - Date.UTC(...parts(from));
	return Math.round(ms / 86_400_000) + 1;
}

const parts = (day: string): [number, number, number] => {
	const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
	return [year, month - 1, date];
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOST_DAYS = 400;

/** The range of an address: `?range=7`, `?from=2026-11-01&to=2026-11-20`; anything else is today. */
export function rangeOf(params: Pick<URLSearchParams, 'get'>, to: string): Range {
	const asked = params.get('range');
	if (asked === '7' || asked === '30' || asked === '90')
		return { preset: asked, from: addDays(to, 1 - Number(asked)), to };
	const [from, until] = [params.get('from') ?? '', params.get('to') ?? ''];
	const isRange = DAY.test(from) && DAY.test(until) && from <= until && until <= to;
	if (isRange && lengthOf({ from, to: until }) <= MOST_DAYS)
		return { preset: 'custom', from, to: until };
	return { preset: 'today', from: to, to };
}

/** The days that charts show: today alone is too short for one. */
export function windowOf(range: Range, least: number): { from: string; to: string } {
	return range.preset === 'today'
		? { from: addDays(range.to, 1 - least), to: range.to }
		: { from: range.from, to: range.to };
}

/** The window of the same length just before; null when both together are more than may be asked for. */
export function before({
	from,
	to
}: {
	from: string;
	to: string;
}): { from: string; to: string } | null {
	const days = lengthOf({ from, to });
	return days * 2 > MOST_DAYS ? null : { from: addDays(from, -days), to: addDays(from, -1) };
}
