import { COMMENT_KINDS, type CommentKind } from '#lib/api/types.ts';
import { newKey } from '#lib/kit/ids.ts';
import { recall, remember } from '#lib/kit/storage.ts';

/** A comment that is not sent yet. It outlives the page. */
export interface Draft {
	body: string;
	kind: CommentKind;
	/** Sent twice with it, the comment is written once. */
	key: string;
}

const isDraft = (found: unknown): found is Draft => {
	const { body, kind, key } = (found ?? {}) as Partial<Draft>;
	return (
		typeof body === 'string' &&
		typeof key === 'string' &&
		COMMENT_KINDS.some((known) => known === kind)
	);
};

const placeOf = (userId: number, issue: string): string => `draft:${userId}:${issue}`;

export const newDraft = (): Draft => ({ body: '', kind: 'comment', key: newKey() });

export const recallDraft = (userId: number, issue: string): Draft =>
	recall(placeOf(userId, issue), isDraft) ?? newDraft();

export const rememberDraft = (userId: number, issue: string, draft: Draft): void =>
	remember(placeOf(userId, issue), draft.body === '' ? null : draft);
