import { mergeChanged } from './net.ts';
import type { Happening, IssueEvent } from './happening.ts';

/** One line of a group: an event, or several that one person made in one go. */
export interface Line {
	id: string;
	event: IssueEvent;
}

const TOGETHER_MS = 60_000;

/** Newest first. Edits of one person within a minute are one line; a field that came back in between is none. */
export function linesOf(happenings: readonly Happening[]): Line[] {
	const lines: Line[] = [];
	for (const { id, event } of happenings) {
		const last = lines.at(-1);
		const joined = last && together(last.event, event);
		if (joined) lines[lines.length - 1] = { id, event: joined };
		else lines.push({ id, event });
	}
	return lines
		.filter(({ event }) => event.type !== 'issue.updated' || Object.keys(event.changed).length > 0)
		.reverse();
}

function together(first: IssueEvent, next: IssueEvent): IssueEvent | null {
	if (first.type !== 'issue.updated' || next.type !== 'issue.updated') return null;
	const isNear = Date.parse(next.at) - Date.parse(first.at) < TOGETHER_MS;
	if (!isNear || first.actor?.id !== next.actor?.id) return null;
	// Each move of an issue is told by itself.
	if (first.changed.status && next.changed.status) return null;
	return { ...next, changed: mergeChanged([first.changed, next.changed]) };
}
