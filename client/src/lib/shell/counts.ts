import { api } from '#lib/api/client.ts';
import type { Status } from '#lib/api/types.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { badges } from './badges.svelte.ts';

const PAUSE_MS = 1000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Counts the issues that are not done. Without an answer the number is not shown. */
export async function countIssues(): Promise<void> {
	try {
		const { data } = await api.get<Record<Status, number>>('/api/issues/stats/by-status');
		badges.issues = data.OPEN + data.TRIAGED + data.IN_PROGRESS;
	} catch {
		badges.issues = null;
	}
}

/** Counts again, a moment after the last event that may have changed the number. */
export function recount(event: TracklyEvent): void {
	const counts =
		event.type === 'issue.created' ||
		event.type === 'issue.deleted' ||
		(event.type === 'issue.updated' && 'status' in event.changed);
	if (!counts) return;
	clearTimeout(timer);
	timer = setTimeout(() => void countIssues(), PAUSE_MS);
}
