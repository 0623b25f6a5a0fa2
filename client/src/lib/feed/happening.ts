import type { IssueSummary, Person } from '#lib/api/types.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';

/** What the feed tells of: everything that is about an issue, but for who watches it. */
export type IssueEvent = Exclude<
	Extract<TracklyEvent, { issue: unknown }>,
	{ type: 'watcher.added' | 'watcher.removed' }
>;

export interface Happening {
	/** The event's cursor: the same whichever way it was heard of. */
	id: string;
	event: IssueEvent;
}

export function isTold(event: TracklyEvent): event is IssueEvent {
	return 'issue' in event && !('watcher' in event);
}

/** What happened to one issue, oldest first. */
export interface Group {
	key: string;
	project: string;
	happenings: readonly Happening[];
}

/** By issue; the one that changed last comes first. */
export function groupsOf(happenings: readonly Happening[]): Group[] {
	const groups = new Map<string, Happening[]>();
	for (const happening of happenings) {
		const { key } = happening.event.issue;
		const held = groups.get(key) ?? [];
		groups.delete(key);
		groups.set(key, [...held, happening]);
	}
	return [...groups]
		.map(([key, held]) => ({ key, project: held[0]?.event.project ?? '', happenings: held }))
		.reverse();
}

/** The issue as the latest event told it; null when only its deletion did. */
export function issueIn(group: Group): IssueSummary | null {
	const told = group.happenings.findLast(({ event }) => event.type !== 'issue.deleted');
	return (told?.event.issue as IssueSummary | undefined) ?? null;
}

export const lastAt = (group: Group): string => group.happenings.at(-1)?.event.at ?? '';

/** Words like `@mara` or `@Mara Velling`, in what somebody wrote. */
export function mentions(event: IssueEvent, me: Person): boolean {
	const text =
		'comment' in event && 'body' in event.comment
			? event.comment.body
			: 'description' in event.issue
				? (event.issue.description ?? '')
				: '';
	const names = [me.name, me.name.split(' ')[0] ?? me.name].map((name) =>
		name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
	);
	return new RegExp(`(^|[^\\p{L}\\p{N}])@(${names.join('|')})(?![\\p{L}\\p{N}])`, 'iu').test(text);
}

const EXCERPT = 220;

/** The beginning of a Markdown text, as plain words on one line. */
export function excerpt(body: string): string {
	const text = body
		.replace(/```\w*\n?/g, ' ')
		.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
		.replace(/^\s*(?:[>#]+|[-*+])\s+/gm, ' ')
		.replace(/([*_`]{1,3})(\S(?:[^*_`]*\S)?)\1/g, '$2')
		.replace(/\s+/g, ' ')
		.trim();
	if (text.length <= EXCERPT) return text;
	const cut = text.slice(0, EXCERPT);
	return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), EXCERPT - 30))}…`;
}
