import type { Changed, CommentOut, HistoryEntry, Person } from '#lib/api/types.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';

/** Something that happened to an issue, whoever told us: its history, or the stream. */
export interface Entry {
	/** The same for both ways of hearing of it. */
	id: string;
	type: string;
	at: string;
	actor: Person | null;
	changed: Changed;
	detail: Record<string, unknown>;
}

export type Row =
	| { kind: 'comment'; id: string; at: string; comment: CommentOut }
	| { kind: 'change'; id: string; at: string; entry: Entry };

export type Show = 'all' | 'comments' | 'changes';

type Told = Pick<HistoryEntry, 'type' | 'at' | 'actor' | 'changed' | 'detail'>;

const toEntry = ({ type, at, actor, changed, detail }: Told): Entry => ({
	id: `${type} ${at} ${actor?.id ?? 0}`,
	type,
	at,
	actor,
	changed,
	detail
});

export const entriesOf = (history: readonly HistoryEntry[]): Entry[] => history.map(toEntry);

/** An event of an issue as its history will tell it; null when it is about something else. */
export function entryOf(event: TracklyEvent): Entry | null {
	if (!('issue' in event)) return null;
	const { type, at, actor } = event;
	const detail: Record<string, unknown> = {};
	if ('watcher' in event) detail.watcher = event.watcher;
	if ('attachment' in event) detail.attachment = event.attachment;
	if ('comment' in event) detail.comment = event.comment;
	return toEntry({ type, at, actor, changed: 'changed' in event ? event.changed : {}, detail });
}

/** Both lists as one, each thing once, oldest first. What is in the first one is kept: it tells more. */
export function mergeEntries(history: readonly Entry[], live: readonly Entry[]): Entry[] {
	const known = new Set(history.map(({ id }) => id));
	return [...history, ...live.filter(({ id }) => !known.has(id))].sort(byTime);
}

/** Comments are boxes, the rest are lines; what a box says already is no line. */
export function rowsOf(
	entries: readonly Entry[],
	comments: readonly CommentOut[],
	show: Show = 'all'
): Row[] {
	const boxes = comments.map<Row>((comment) => ({
		kind: 'comment',
		id: `comment:${comment.id}`,
		at: comment.created_at,
		comment
	}));
	const lines = entries
		.filter((entry) => isLine(entry, entries))
		.map<Row>((entry) => ({ kind: 'change', id: entry.id, at: entry.at, entry }));
	const shown = show === 'comments' ? boxes : show === 'changes' ? lines : [...lines, ...boxes];
	return shown.sort(byTime);
}

const UNSAID = new Set(['issue.created', 'issue.deleted', 'comment.created', 'comment.updated']);

function isLine(entry: Entry, all: readonly Entry[]): boolean {
	if (UNSAID.has(entry.type)) return false;
	return entry.type !== 'watcher.added' || !all.some((other) => isReasonOf(other, entry));
}

/** Who is assigned begins to watch in the same moment: the assignment says it. */
function isReasonOf(other: Entry, watching: Entry): boolean {
	const assignee = other.changed.assignee?.new as Person | null | undefined;
	const watcher = watching.detail.watcher as Person | undefined;
	return other.at === watching.at && !!assignee && assignee.id === watcher?.id;
}

const byTime = (a: { at: string }, b: { at: string }): number =>
	a.at < b.at ? -1 : a.at > b.at ? 1 : 0;

/** The latest change of a field, e.g. who renamed it while somebody typed. */
export const lastChangeOf = (entries: readonly Entry[], field: string): Entry | undefined =>
	entries.findLast((entry) => field in entry.changed);
