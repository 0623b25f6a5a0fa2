import { STATUSES, type Status, type Workflow } from '#lib/api/types.ts';

/** The column beside this one, or this one at the edge. */
export function beside(status: Status, step: -1 | 1): Status {
	return STATUSES[STATUSES.indexOf(status) + step] ?? status;
}

/** Where the slot opens: where the card will stand, as near to it as can be seen. */
export function slotAt(place: number, first: number, last: number): number {
	return Math.min(Math.max(place, first), Math.max(first, last + 1));
}

/**
 * How many issues the column should hold at most: the limits of all the projects on the board together. Without a
 * limit in one of them there is none for all.
 */
export function limitOf(
	status: Status,
	workflows: readonly (Workflow | undefined)[]
): number | null {
	let sum = 0;
	for (const workflow of workflows) {
		const limit = workflow?.wip_limits[status];
		if (limit === undefined) return null;
		sum += limit;
	}
	return workflows.length > 0 ? sum : null;
}

/** Beyond this many days, work in progress is older than most that was ever finished. */
export function isOld(sinceMs: number, nowMs: number, p85Days: number | null): boolean {
	return p85Days !== null && nowMs - sinceMs > p85Days * 86_400_000;
}
