import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { AttachmentOut } from '#lib/api/types.ts';
import { upload } from '#lib/api/upload.ts';
import { newKey } from '#lib/kit/ids.ts';
import { threads } from '../threads.svelte.ts';

/** A file on its way. */
export interface Sending {
	/** The key of the intent: tried again it is stored once. */
	id: string;
	file: File;
	sent: number;
	problem: Problem | null;
}

/** The files that are on their way to one issue. */
export class Uploads {
	list = $state<Sending[]>([]);
	#cancels = new Map<string, () => void>();
	readonly #issue: string;

	constructor(issue: string) {
		this.#issue = issue;
	}

	/** Sends one; null when it was refused or cancelled. What was refused stays in the list until it is tried again. */
	add(file: File): Promise<AttachmentOut | null> {
		const sending: Sending = { id: newKey(), file, sent: 0, problem: null };
		this.list.push(sending);
		return this.#send(sending.id, file);
	}

	retry(id: string): Promise<AttachmentOut | null> {
		const sending = this.#of(id);
		if (!sending) return Promise.resolve(null);
		sending.problem = null;
		sending.sent = 0;
		return this.#send(id, sending.file);
	}

	cancel(id: string): void {
		this.#cancels.get(id)?.();
		this.#drop(id);
	}

	async #send(id: string, file: File): Promise<AttachmentOut | null> {
		const path = `/api/issues/${encodeURIComponent(this.#issue)}/attachments`;
		const sent = upload<AttachmentOut>(path, file, {
			key: id,
			onprogress: (bytes) => {
				const sending = this.#of(id);
				if (sending) sending.sent = bytes;
			}
		});
		this.#cancels.set(id, sent.cancel);
		try {
			const stored = await sent.done;
			threads.putAttachment(stored);
			this.#drop(id);
			return stored;
		} catch (thrown) {
			const sending = this.#of(id);
			if (sending) sending.problem = asProblem(thrown);
			return null;
		} finally {
			this.#cancels.delete(id);
		}
	}

	#of = (id: string): Sending | undefined => this.list.find((sending) => sending.id === id);

	#drop(id: string): void {
		this.list = this.list.filter((sending) => sending.id !== id);
	}
}

/** The address of a stored file. */
export const contentOf = (file: Pick<AttachmentOut, 'id'>): string =>
	`/api/attachments/${file.id}/content`;

export const thumbnailOf = (file: Pick<AttachmentOut, 'id'>): string =>
	`/api/attachments/${file.id}/thumbnail`;

/** How a stored file is written in Markdown: pictures show, others are links. */
export function markdownOf(file: Pick<AttachmentOut, 'id' | 'name' | 'inline'>): string {
	const name = file.name.replace(/[[\]\\]/g, '\\$&');
	return `${file.inline ? '!' : ''}[${name}](${contentOf(file)})`;
}

/** A pasted picture has no name of its own: it gets one that says when. */
export function named(file: File, now: Date): File {
	if (!/^image\.\w+$/.test(file.name)) return file;
	const two = (n: number) => String(n).padStart(2, '0');
	const stamp = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
	return new File([file], `pasted-${stamp}.${file.name.split('.').at(-1)}`, { type: file.type });
}
