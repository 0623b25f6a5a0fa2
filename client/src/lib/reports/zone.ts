/** Times of slots, in the zone of their schedule: 08:00 is 08:00 there. Pure: `now` and the zone are passed in. */
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(key: string, tz: string | null, options: Intl.DateTimeFormatOptions) {
	const name = `${key} ${tz ?? ''}`;
	const held = formats.get(name);
	if (held) return held;
	const made = new Intl.DateTimeFormat('en-GB', { ...options, ...(tz ? { timeZone: tz } : {}) });
	formats.set(name, made);
	return made;
}

const said = (at: Date, key: string, tz: string | null, options: Intl.DateTimeFormatOptions) =>
	format(key, tz, options).format(at).replace(',', '');

/** `2026-11-20` there. */
export const dayThere = (at: Date, tz: string | null): string =>
	format('day', tz, { year: 'numeric', month: '2-digit', day: '2-digit' })
		.formatToParts(at)
		.filter(({ type }) => type !== 'literal')
		.map(({ value }) => value)
		.reverse()
		.join('-');

/** `08:00` there. */
export const clockThere = (at: Date, tz: string | null): string =>
	said(at, 'clock', tz, { hour: '2-digit', minute: '2-digit', hour12: false });

/** `Fri 20 Nov` there, or `20 Nov 2025` when that year is not this one. */
export function dateThere(at: Date, tz: string | null, now: Date): string {
	const isThisYear = dayThere(at, tz).slice(0, 4) === dayThere(now, tz).slice(0, 4);
	return isThisYear
		? said(at, 'date', tz, { weekday: 'short', day: 'numeric', month: 'short' })
		: said(at, 'year', tz, { day: 'numeric', month: 'short', year: 'numeric' });
}

/** `12 Oct` there. */
export const shortThere = (at: Date, tz: string | null): string =>
	said(at, 'short', tz, { day: 'numeric', month: 'short' });

/** When something will be, as briefly as it is clear: `10:00`, `today 17:00`, `Mon 08:00`, `1 Dec 06:00`. */
export function soonThere(
	at: Date,
	tz: string | null,
	now: Date,
	today: (time: string) => string
): string {
	const time = clockThere(at, tz);
	if (at.getTime() - now.getTime() < HOUR_MS) return time;
	if (dayThere(at, tz) === dayThere(now, tz)) return today(time);
	if (at.getTime() - now.getTime() < 6.5 * DAY_MS)
		return `${said(at, 'weekday', tz, { weekday: 'short' })} ${time}`;
	return `${shortThere(at, tz)} ${time}`;
}

/** `in 40 min`, `in 5 h`, `in 3 d`: what `in` says is the caller's. */
export function spanUntil(at: Date, now: Date): { n: number; unit: 'min' | 'h' | 'd' } {
	const ms = Math.max(0, at.getTime() - now.getTime());
	if (ms < HOUR_MS) return { n: Math.ceil(ms / 60_000), unit: 'min' };
	if (ms < DAY_MS) return { n: Math.round(ms / HOUR_MS), unit: 'h' };
	return { n: Math.round(ms / DAY_MS), unit: 'd' };
}

const offsetOf = (at: Date, tz: string): string =>
	format('offset', tz, { timeZoneName: 'shortOffset' })
		.formatToParts(at)
		.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';

/** `GMT+1` there now, and whether the clock there is ever put forward. */
export function offsetThere(tz: string, now: Date): { offset: string; hasSummerTime: boolean } {
	const year = now.getFullYear();
	const [winter, summer] = [0, 6].map((month) => offsetOf(new Date(Date.UTC(year, month, 1)), tz));
	return { offset: offsetOf(now, tz), hasSummerTime: winter !== summer };
}

/** The zone's name when a browser knows it, else null. */
export function knownZone(name: string): string | null {
	try {
		return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
	} catch {
		return null;
	}
}
