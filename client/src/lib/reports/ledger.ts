import type { RunSummary } from './types.ts';
import { isActive } from './words.ts';

/** What can be done about a row. */
export type RowAct = 'receipt' | 'run' | 'retry';

/** Newest first: by the slot, else by when it was asked for. */
export const slotOf = (run: RunSummary): string => run.scheduled_for ?? run.created_at;

const newestFirst = (a: RunSummary, b: RunSummary): number =>
	slotOf(b).localeCompare(slotOf(a)) || b.id - a.id;

/** The runs that are on their way, and the rows of the ledger. */
export function parted(runs: Iterable<RunSummary>): { active: RunSummary[]; rows: RunSummary[] } {
	const sorted = [...runs].sort(newestFirst);
	return {
		active: sorted.filter(({ status }) => isActive(status)),
		rows: sorted.filter(({ status }) => !isActive(status))
	};
}

/** Takes runs in; of each the newer one stays. */
export function merged(
	held: ReadonlyMap<number, RunSummary>,
	runs: readonly RunSummary[]
): ReadonlyMap<number, RunSummary> {
	const next = new Map(held);
	for (const run of runs) {
		const before = next.get(run.id);
		if (!before || before.version <= run.version) next.set(run.id, run);
	}
	return next;
}

/** What a row offers at its end. */
export function actOf(run: RunSummary): RowAct {
	switch (run.status) {
		case 'FAILED':
			return 'retry';
		case 'MISSED':
		case 'SKIPPED':
		case 'CANCELLED':
			return 'run';
		default:
			return 'receipt';
	}
}

export interface Tally {
	slots: number;
	/** The oldest slot that is here. */
	since: string | null;
	sent: number;
	/** Missed, skipped, failed, cancelled or sent to some only. */
	withReason: number;
	/** Neither sent nor a reason given: there should be none. */
	silent: number;
}

/** What the slots of these rows came to; runs by hand are no slots. */
export function tallyOf(rows: readonly RunSummary[]): Tally {
	const slots = rows.filter(({ scheduled_for: slot }) => slot !== null);
	const sent = slots.filter(({ status }) => status === 'SUCCESS').length;
	const withReason = slots.filter((run) => run.status !== 'SUCCESS' && run.reason !== null).length;
	return {
		slots: slots.length,
		since: slots.reduce<string | null>(
			(oldest, { scheduled_for: slot }) =>
				slot !== null && (oldest === null || slot < oldest) ? slot : oldest,
			null
		),
		sent,
		withReason,
		silent: slots.length - sent - withReason
	};
}

/** How long it took, in ms; null when it never began. */
export function tookMs(run: RunSummary): number | null {
	if (run.started_at === null || run.finished_at === null) return null;
	return Math.max(0, Date.parse(run.finished_at) - Date.parse(run.started_at));
}

/** `47902` of the cursor `1.47902`; null when it is none. */
export function eventNumber(cursor: string | null): number | null {
	const number = Number(cursor?.split('.').at(-1));
	return cursor && Number.isSafeInteger(number) ? number : null;
}
