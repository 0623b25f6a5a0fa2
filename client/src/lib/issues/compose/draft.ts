import {
	PRIORITIES,
	SEVERITIES,
	STATUSES,
	type IssueDraft,
	type IssuePatch,
	type Person,
	type Priority,
	type Severity,
	type Status
} from '#lib/api/types.ts';
import { newKey } from '#lib/kit/ids.ts';

/** An issue that is being written. */
export interface Draft {
	project: string;
	title: string;
	description: string;
	severity: Severity;
	priority: Priority;
	assignee: Person | null;
	labels: string[];
	due_on: string | null;
	/** The column it was begun in. */
	status: Status;
	/** Sent twice with it, the issue is filed once. */
	key: string;
	/** What was sent with the key when nobody answered: it may have been filed. */
	sent: IssueDraft | null;
	/** When it was last kept; null = never. */
	at: string | null;
}

export const emptyDraft = (project: string): Draft => ({
	project,
	title: '',
	description: '',
	severity: 'MEDIUM',
	priority: 'MEDIUM',
	assignee: null,
	labels: [],
	due_on: null,
	status: 'OPEN',
	key: newKey(),
	sent: null,
	at: null
});

export const isBlank = (draft: Draft): boolean =>
	draft.title.trim() === '' && draft.description.trim() === '';

/** Whether what was kept is still a draft of this shape. */
export function isDraft(found: unknown): found is Draft {
	if (typeof found !== 'object' || found === null) return false;
	const draft = found as Partial<Draft>;
	const texts = [draft.project, draft.title, draft.description, draft.key];
	return (
		texts.every((text) => typeof text === 'string') &&
		SEVERITIES.some((known) => known === draft.severity) &&
		PRIORITIES.some((known) => known === draft.priority) &&
		STATUSES.some((known) => known === draft.status) &&
		Array.isArray(draft.labels)
	);
}

/** What is sent. Reporters may not set what is for maintainers, so it is left out for them. */
export function bodyOf(draft: Draft, isMaintainer: boolean): IssueDraft {
	const said = {
		project: draft.project,
		title: draft.title.trim(),
		description: draft.description,
		severity: draft.severity
	};
	if (!isMaintainer) return said;
	return {
		...said,
		priority: draft.priority,
		assignee_id: draft.assignee?.id ?? null,
		labels: draft.labels,
		due_on: draft.due_on
	};
}

/** What has to be changed in an issue that was filed with `sent`, so that it says `now`; null = nothing. */
export function patchBetween(sent: IssueDraft, now: IssueDraft): IssuePatch | null {
	const changed = Object.entries(now).filter(
		([name, value]) =>
			name !== 'project' && JSON.stringify(value) !== JSON.stringify(sent[name as keyof IssueDraft])
	);
	return changed.length > 0 ? (Object.fromEntries(changed) as IssuePatch) : null;
}

/** What stands in the text for a picture that is not stored yet. */
export const markerOf = (name: string): string => `![${name}](attachment:${name})`;

/** The first free name: `pasted-image-1.png`, `pasted-image-2.png`, … */
export function pastedName(type: string, taken: readonly string[]): string {
	const ending = /^image\/(\w+)/.exec(type)?.[1]?.replace('jpeg', 'jpg') ?? 'png';
	let n = 1;
	while (taken.some((name) => name.startsWith(`pasted-image-${n}.`))) n += 1;
	return `pasted-image-${n}.${ending}`;
}
