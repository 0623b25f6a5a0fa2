import { api } from '#lib/api/client.ts';
import { outbox } from '#lib/api/outbox.svelte.ts';
import { asProblem, type Problem } from '#lib/api/problem.ts';
import type {
	CommentKind,
	CommentOut,
	IssueDraft,
	IssueOut,
	IssuePatch,
	Person
} from '#lib/api/types.ts';
import { newKey } from '#lib/kit/ids.ts';
import { m } from '#lib/paraglide/messages.js';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { issues } from './collection.svelte.ts';
import type { Issue, Overlay } from './reduce.ts';
import { refusalOf } from './refusal.ts';
import { threads } from './threads.svelte.ts';

/** An edit of fields. The assignee is a whole person, so that it shows before the server has answered. */
export type IssueEdit = Omit<IssuePatch, 'assignee_id'> & { assignee?: Person | null };

const pathOf = (key: string) => `/api/issues/${encodeURIComponent(key)}`;

function patchOf({ assignee, ...rest }: IssueEdit): IssuePatch {
	return assignee === undefined ? rest : { ...rest, assignee_id: assignee?.id ?? null };
}

/**
 * Edits fields: shown at once, sent in order, taken back with the reason when refused. True = accepted.
 * Without a network it waits, and the promise with it.
 */
export async function editIssue(key: string, edit: IssueEdit): Promise<boolean> {
	let isAccepted = true;
	const undo = issues.overlay(key, newKey(), edit as Overlay);
	await outbox.push({
		lane: key,
		subject: key,
		words: m.change_of({ fields: Object.keys(edit).join(', ') }),
		send: async () => issues.put((await api.patch<IssueOut>(pathOf(key), patchOf(edit))).data),
		onrefused: (problem) => {
			isAccepted = false;
			refuse(key, problem);
		}
	});
	undo();
	return isAccepted;
}

/** Says why it was refused and offers the legal step. Before the overlay goes, so that both change in one frame. */
function refuse(key: string, problem: Problem): void {
	const { subject, text, step } = refusalOf(key, issues.saved(key), problem);
	const action = step && {
		label: m.set_status({ status: step.word }),
		run: () => void editIssue(key, { status: step.status })
	};
	toasts.refused(subject, text, action ?? undefined);
}

export type TextOutcome =
	| { kind: 'saved'; issue: Issue }
	/** Somebody else changed the same field meanwhile: theirs is saved, yours is still only yours. */
	| { kind: 'conflict'; theirs: Issue }
	| { kind: 'refused'; problem: Problem };

/**
 * Saves a title or description that was typed over `base`. Other fields that changed meanwhile merge silently;
 * if it is the same field, nothing is written and both texts come back.
 */
export async function saveText(
	key: string,
	field: 'title' | 'description',
	base: string,
	mine: string
): Promise<TextOutcome> {
	let version = issues.saved(key)?.version;
	for (;;) {
		try {
			const { data } = await api.patch<IssueOut>(pathOf(key), { [field]: mine }, { version });
			issues.put(data);
			return { kind: 'saved', issue: data };
		} catch (thrown) {
			const problem = asProblem(thrown);
			if (problem.status !== 412) return { kind: 'refused', problem };
			const theirs = await loadIssue(key);
			if (theirs[field] !== base) return { kind: 'conflict', theirs };
			version = theirs.version;
		}
	}
}

/** Reads one issue with its text. Throws a Problem. */
export async function loadIssue(key: string): Promise<IssueOut> {
	const { data } = await api.get<IssueOut>(pathOf(key));
	issues.put(data);
	return data;
}

/** Files an issue. The key is of the draft: sent twice it is filed once. Throws a Problem; the draft stays yours. */
export async function createIssue(draft: IssueDraft, key: string): Promise<IssueOut> {
	const { data } = await api.post<IssueOut>('/api/issues', draft, { key });
	issues.put(data);
	return data;
}

/** Deletes for good. Throws a Problem. */
export async function deleteIssue(issue: Issue): Promise<void> {
	await api.delete(pathOf(issue.key));
	issues.apply({ kind: 'issue-gone', id: issue.id, key: issue.key }, 0);
	threads.forget(issue.key);
}

/** Follows an issue or lets it go: shown at once, taken back when refused. */
export async function watchIssue(key: string, watching: boolean): Promise<void> {
	const undo = issues.overlay(key, newKey(), { watching });
	const path = `${pathOf(key)}/watchers/me`;
	await outbox.push({
		lane: key,
		subject: key,
		words: watching ? m.follow() : m.unfollow(),
		send: async () => {
			await (watching ? api.put(path) : api.delete(path));
			issues.watch(key, watching);
		},
		onrefused: (problem) => refuse(key, problem)
	});
	undo();
}

/** Writes a comment. The key is of the draft. Throws a Problem; the text stays yours. */
export async function addComment(
	issue: string,
	body: string,
	kind: CommentKind,
	key: string
): Promise<CommentOut> {
	const { data } = await api.post<CommentOut>(`${pathOf(issue)}/comments`, { body, kind }, { key });
	threads.putComment(data);
	return data;
}

/** Throws a Problem, 412 when somebody changed it meanwhile. */
export async function editComment(comment: CommentOut, body: string): Promise<CommentOut> {
	const { data } = await api.patch<CommentOut>(
		`/api/comments/${comment.id}`,
		{ body },
		{ version: comment.version }
	);
	threads.putComment(data);
	return data;
}

export async function deleteComment(comment: CommentOut): Promise<void> {
	await api.delete(`/api/comments/${comment.id}`);
	threads.apply({ kind: 'comment-gone', issue: comment.issue, id: comment.id });
}

export async function deleteAttachment(issue: string, id: string): Promise<void> {
	await api.delete(`/api/attachments/${id}`);
	threads.apply({ kind: 'attachment-gone', issue, id });
}
