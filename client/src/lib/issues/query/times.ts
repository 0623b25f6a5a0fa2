/** Times as the query language writes them: a day, a moment, or a span from now. */
export interface Stretch {
	start: Date;
	end: Date;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const HOURS: Record<string, number> = { h: 1, d: 24, w: 7 * 24, m: 30 * 24, y: 365 * 24 };
const NAMED: Record<string, number> = { yesterday: -1, today: 0, tomorrow: 1 };
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?$/;
const SPAN = /^([+-]\d{1,5})([hdwmy])$/;

/** Days are UTC days, as on the server; null when it is no time. */
export function stretchOf(text: string, now: Date): Stretch | null {
	const word = text.trim().toLowerCase();
	const named = NAMED[word];
	if (named !== undefined) return day(startOfDay(now) + named * DAY_MS);
	if (DAY.test(word)) return day(Date.parse(`${word}T00:00:00Z`));
	const span = SPAN.exec(word);
	if (span)
		return moment(now.getTime() + Number(span[1]) * (HOURS[span[2] ?? 'h'] ?? 1) * 3_600_000);
	if (!MOMENT.test(text.trim())) return null;
	return moment(Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(text.trim()) ? text : `${text}Z`));
}

/** The UTC day that a moment lies in. */
export const dayOf = (at: Date): Stretch | null => day(startOfDay(at));

const startOfDay = (at: Date): number => Math.floor(at.getTime() / DAY_MS) * DAY_MS;

const day = (ms: number): Stretch | null =>
	Number.isNaN(ms) ? null : { start: new Date(ms), end: new Date(ms + DAY_MS) };

const moment = (ms: number): Stretch | null =>
	Number.isNaN(ms) ? null : { start: new Date(ms), end: new Date(ms) };
