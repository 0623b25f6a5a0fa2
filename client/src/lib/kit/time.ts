/** Times in the reader's own zone. Everything here is pure: `now` is passed in. */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const part = (options: Intl.DateTimeFormatOptions) => {
	const format = new Intl.DateTimeFormat('en-GB', options);
	return (at: Date) => format.format(at).replace(',', '');
};
const hourMinute = part({ hour: '2-digit', minute: '2-digit', hour12: false });
const timeWithZone = part({
	hour: 'numeric',
	minute: 'numeric',
	second: 'numeric',
	timeZoneName: 'short'
});
const weekday = part({ weekday: 'short' });
const dayMonth = part({ day: 'numeric', month: 'short' });
const dayMonthYear = part({ day: 'numeric', month: 'short', year: 'numeric' });
const weekdayDayMonth = part({ weekday: 'short', day: 'numeric', month: 'short' });

const startOfDay = (at: Date): number =>
	new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
const daysApart = (at: Date, now: Date): number =>
	Math.round((startOfDay(now) - startOfDay(at)) / DAY);

/** now · 6 min · 2 h · Thu · 4 Dec · 4 Dec 2025 */
export function ago(at: string, now: Date): string {
	const then = new Date(at);
	const age = now.getTime() - then.getTime();
	if (age < MINUTE) return 'now';
	if (age < HOUR) return `${Math.floor(age / MINUTE)} min`;
	if (age < DAY) return `${Math.floor(age / HOUR)} h`;
	if (daysApart(then, now) < 7) return weekday(then);
	return then.getFullYear() === now.getFullYear() ? dayMonth(then) : dayMonthYear(then);
}

/** 09:39 today · Wed 10:04 this week · 17 Nov 14:12 · 17 Nov 2025 */
export function clockTime(at: string, now: Date): string {
	const then = new Date(at);
	const days = daysApart(then, now);
	if (days === 0) return hourMinute(then);
	if (days > 0 && days < 7) return `${weekday(then)} ${hourMinute(then)}`;
	if (then.getFullYear() === now.getFullYear()) return `${dayMonth(then)} ${hourMinute(then)}`;
	return dayMonthYear(then);
}

/** Tue 17 Nov, 14:12, with the year when it is another one, and seconds with the zone when `precise`. */
export function exact(at: string, now: Date, precise = true): string {
	const then = new Date(at);
	const year = then.getFullYear() === now.getFullYear() && !precise ? '' : ` ${then.getFullYear()}`;
	const time = precise ? timeWithZone(then) : hourMinute(then);
	return `${weekdayDayMonth(then)}${year}, ${time}`;
}

/** 31 min · 3 h · 2 d 4 h: how long something has lasted. */
export function lasted(fromMs: number, toMs: number): string {
	const span = Math.max(0, toMs - fromMs);
	if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
	if (span < DAY) return `${Math.floor(span / HOUR)} h`;
	return `${Math.floor(span / DAY)} d`;
}

/** `2026-11-24` as the reader's calendar has it, without any zone arithmetic. */
export function dateOf(day: string): Date {
	const [year = 1970, month = 1, date = 1] = day.split('-').map(Number);
	return new Date(year, month - 1, date);
}

/** `Tue 24 Nov`; another year is written out. */
export function dayName(day: string, now: Date): string {
	const date = dateOf(day);
	return date.getFullYear() === now.getFullYear() ? weekdayDayMonth(date) : dayMonthYear(date);
}

/** `4 Dec`; another year is written out. */
export function shortDay(day: string, now: Date): string {
	const date = dateOf(day);
	return date.getFullYear() === now.getFullYear() ? dayMonth(date) : dayMonthYear(date);
}

/** Whole days from today to `day`; negative when it has passed. */
export const daysUntil = (day: string, now: Date): number => daysApart(now, dateOf(day));

/** The reader's today as `2026-11-24`. */
export function today(now: Date): string {
	const two = (n: number) => String(n).padStart(2, '0');
	return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

export { hourMinute };
