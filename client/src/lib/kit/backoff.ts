const FIRST_MS = 250;
const MOST_MS = 20_000;

/** How long to wait before attempt `n` (0 = the first): doubled each time, capped, and spread so that a crowd does not come at once. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
	const most = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
	return most * (0.5 + random() / 2);
}
