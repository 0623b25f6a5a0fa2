import type { IssueDetail, IssueSummary } from '#lib/api/types.ts';

/** An issue as it is held: the summary always, the text once somebody asked for it. */
export type Issue = IssueSummary &
	Partial<IssueDetail> & {
		/** The version that the text was read at. */
		text_version?: number;
	};

export interface Stamp {
	version: number;
	updated_at: string;
}

/**
 * Newer = (version, updated_at), in this order. `version` counts edits of the issue's own fields; comments,
 * files and watchers move `updated_at` alone. Times have a fixed width, so that they compare as text.
 */
export function isNewer(incoming: Stamp, held: Stamp): boolean {
	if (incoming.version !== held.version) return incoming.version > held.version;
	return incoming.updated_at > held.updated_at;
}

/**
 * What is held after `incoming` came from anywhere: an event, a list, the answer of a command. Order and
 * repetition do not matter. Summaries carry no text: the text with the higher version stays.
 */
export function merge(held: Issue | undefined, incoming: Issue): Issue {
	const next = withTextVersion(incoming);
	if (!held) return next;
	const [older, newer] = isNewer(next, held) ? [held, next] : [next, held];
	const text = (older.text_version ?? -1) > (newer.text_version ?? -1) ? older : newer;
	const watching = newer.watching ?? older.watching;
	if (newer === held && text === held && watching === held.watching) return held;
	return { ...newer, ...textOf(text), ...(watching === undefined ? {} : { watching }) };
}

const withTextVersion = (issue: Issue): Issue =>
	issue.description === undefined || issue.text_version !== undefined
		? issue
		: { ...issue, text_version: issue.version };

const textOf = ({ description, description_html, text_version }: Issue): Partial<Issue> =>
	description === undefined ? {} : { description, description_html, text_version };

/** What the reader has asked for and the server has not yet answered. */
export type Overlay = Partial<
	Pick<
		Issue,
		| 'title'
		| 'description'
		| 'status'
		| 'resolution'
		| 'severity'
		| 'priority'
		| 'assignee'
		| 'labels'
		| 'due_on'
		| 'watching'
	>
>;

/** The issue as it will be if all of these are accepted, oldest first. */
export function withOverlays(issue: Issue, overlays: readonly Overlay[]): Issue {
	return overlays.reduce<Issue>((seen, overlay) => ({ ...seen, ...settle(seen, overlay) }), issue);
}

/** The same consequences as on the server: Done has a resolution, leaving it has none. */
function settle(seen: Issue, overlay: Overlay): Overlay {
	if (overlay.status === undefined) return overlay;
	if (overlay.status === 'DONE')
		return { ...overlay, resolution: overlay.resolution ?? seen.resolution ?? 'FIXED' };
	return { ...overlay, resolution: null };
}
