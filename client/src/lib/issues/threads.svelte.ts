import { SvelteMap } from 'svelte/reactivity';
import type { AttachmentOut, CommentOut } from '#lib/api/types.ts';
import type { Change } from '#lib/stream/dispatch.ts';
import { isNewer } from './reduce.ts';

/** The comments and files of the issues that are open in this tab. */
export class Threads {
	#comments = new SvelteMap<number, CommentOut>();
	#attachments = new SvelteMap<string, AttachmentOut>();
	#gone = new Set<number | string>();

	/** Oldest first. */
	comments(issue: string): CommentOut[] {
		return [...this.#comments.values()].filter((comment) => comment.issue === issue).sort(byTime);
	}

	attachments(issue: string): AttachmentOut[] {
		return [...this.#attachments.values()].filter((file) => file.issue === issue).sort(byTime);
	}

	putComment(comment: CommentOut): void {
		const held = this.#comments.get(comment.id);
		if (this.#gone.has(comment.id) || (held && !isNewer(comment, held))) return;
		this.#comments.set(comment.id, comment);
	}

	putAttachment(file: AttachmentOut): void {
		if (!this.#gone.has(file.id) && !this.#attachments.has(file.id))
			this.#attachments.set(file.id, file);
	}

	apply(change: Change): void {
		switch (change.kind) {
			case 'comment':
				return this.putComment(change.comment);
			case 'attachment':
				return this.putAttachment(change.attachment);
			case 'comment-gone':
				this.#gone.add(change.id);
				this.#comments.delete(change.id);
				return;
			case 'attachment-gone':
				this.#gone.add(change.id);
				this.#attachments.delete(change.id);
				return;
			case 'issue-gone':
				return this.forget(change.key);
		}
	}

	/** Lets go of what belongs to an issue. */
	forget(issue: string): void {
		for (const { id } of this.comments(issue)) this.#comments.delete(id);
		for (const { id } of this.attachments(issue)) this.#attachments.delete(id);
	}

	clear(): void {
		this.#comments.clear();
		this.#attachments.clear();
		this.#gone.clear();
	}
}

const byTime = (a: { created_at: string }, b: { created_at: string }): number =>
	a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : 0;

export const threads = new Threads();
