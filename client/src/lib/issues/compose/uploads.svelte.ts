import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { AttachmentOut } from '#lib/api/types.ts';
import { upload } from '#lib/api/upload.ts';
import { m } from '#lib/paraglide/messages.js';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { markdownOf } from '../page/uploads.svelte.ts';
import { threads } from '../threads.svelte.ts';
import { forgetFile, type DraftFile } from './file_store.ts';
import { place } from './place.ts';

/** A file on its way to an issue that is filed already. */
export interface Sending extends DraftFile {
	issue: string;
	/** Bytes that went out so far. */
	sent: number;
	state: 'waiting' | 'sending' | 'failed' | 'done';
	problem: Problem | null;
}

const AT_ONCE = 2;
const DONE_MS = 4000;

/** Files of new issues. They go on while the reader is somewhere else; a small tray shows them. */
class Uploads {
	items = $state<Sending[]>([]);
	#cancels = new Map<string, () => void>();
	#hasTray = false;

	get isBusy(): boolean {
		return this.items.some(({ state }) => state === 'waiting' || state === 'sending');
	}

	/** Those of one issue. */
	of = (issue: string): Sending[] => this.items.filter((item) => item.issue === issue);

	send(issue: string, files: readonly DraftFile[]): void {
		if (files.length === 0) return;
		const waiting = files.map((file): Sending => ({
			...file,
			issue,
			sent: 0,
			state: 'waiting',
			problem: null
		}));
		this.items.push(...waiting);
		void this.#show();
		this.#next();
	}

	/** Sends a file again that did not get through. */
	retry(id: string): void {
		const item = this.#item(id);
		if (item?.state !== 'failed') return;
		Object.assign(item, { state: 'waiting', sent: 0, problem: null });
		this.#next();
	}

	/** Gives a file up. What stood for it in the text goes, too. */
	cancel(id: string): void {
		const item = this.#item(id);
		this.#cancels.get(id)?.();
		this.#drop(id);
		if (item?.marker && item.state !== 'done') void place(item.issue, item.marker, '');
		this.#next();
	}

	#next(): void {
		const busy = this.items.filter(({ state }) => state === 'sending').length;
		for (const item of this.items
			.filter(({ state }) => state === 'waiting')
			.slice(0, AT_ONCE - busy))
			void this.#send(item);
		window.onbeforeunload = this.isBusy ? (event) => event.preventDefault() : null;
	}

	async #send({ id, issue, file, marker }: Sending): Promise<void> {
		this.#change(id, { state: 'sending' });
		const path = `/api/issues/${encodeURIComponent(issue)}/attachments`;
		const sending = upload<AttachmentOut>(path, file, {
			key: id,
			onprogress: (sent) => this.#change(id, { sent })
		});
		this.#cancels.set(id, sending.cancel);
		try {
			const stored = await sending.done;
			threads.putAttachment(stored);
			this.#change(id, { state: 'done', sent: file.size });
			setTimeout(() => this.#drop(id), DONE_MS);
			if (marker && !(await place(issue, marker, markdownOf(stored))))
				toasts.refused(file.name, m.compose_not_placed({ key: issue }));
		} catch (thrown) {
			this.#change(id, { state: 'failed', problem: asProblem(thrown) });
		} finally {
			this.#cancels.delete(id);
			this.#next();
		}
	}

	#item = (id: string): Sending | undefined => this.items.find((item) => item.id === id);

	#change(id: string, change: Partial<Sending>): void {
		const item = this.#item(id);
		if (item) Object.assign(item, change);
		if (change.state === 'done') void forgetFile(id);
	}

	#drop(id: string): void {
		void forgetFile(id);
		this.items = this.items.filter((item) => item.id !== id);
	}

	/** The tray is beside the pages, so that it stays while they come and go. */
	async #show(): Promise<void> {
		if (this.#hasTray) return;
		this.#hasTray = true;
		const [{ mount }, { default: Tray }] = await Promise.all([
			import('svelte'),
			import('./UploadTray.svelte')
		]);
		mount(Tray, { target: document.body });
	}
}

export const uploads = new Uploads();
