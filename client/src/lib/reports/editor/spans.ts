import { m } from '#lib/paraglide/messages.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `30 min`, `2 h`, `1 d`, `90 s`: in the largest unit that it is a whole number of. */
export function spanText(seconds: number): string {
	if (seconds >= DAY && seconds % DAY === 0) return `${seconds / DAY} d`;
	if (seconds >= HOUR && seconds % HOUR === 0) return `${seconds / HOUR} h`;
	if (seconds >= MINUTE && seconds % MINUTE === 0) return `${seconds / MINUTE} min`;
	return `${seconds} s`;
}

interface Option {
	value: number;
	label: string;
}

/** The usual ones, and the present one among them. */
const among = (usual: readonly number[], value: number, word: (n: number) => string): Option[] =>
	[...new Set([...usual, value])]
		.sort((a, b) => a - b)
		.map((one) => ({ value: one, label: word(one) }));

/** How late a slot may still be made up for. */
export const spansFor = (value: number): Option[] =>
	among(
		[0, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY],
		value,
		(seconds) => (seconds === 0 ? m.reports_no_grace() : spanText(seconds))
	);

/** How far starts are spread. */
export const jittersFor = (value: number): Option[] =>
	among([0, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE], value, (seconds) =>
		seconds === 0 ? m.reports_no_jitter() : spanText(seconds)
	);

/** After how many failures in a row it is paused. */
export const failuresFor = (value: number): Option[] =>
	among([0, 1, 3, 5, 10], value, (n) =>
		n === 0 ? m.reports_never() : n === 1 ? m.reports_failure_one() : m.reports_failures({ n })
	);
