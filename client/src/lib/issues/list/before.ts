import type { TracklyEvent } from '#lib/stream/events.ts';
import type { Issue } from '../reduce.ts';

/** The issue as it was before the event; null when there was none. */
export function before(event: TracklyEvent, issue: Issue | undefined): Issue | null {
	if (event.type === 'issue.created' || !issue) return null;
	if (event.type !== 'issue.updated') return issue;
	const old = Object.entries(event.changed).map(([field, change]) => [field, change.old]);
	return { ...issue, ...Object.fromEntries(old) };
}
