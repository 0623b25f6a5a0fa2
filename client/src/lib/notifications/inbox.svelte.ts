import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { Change } from '#lib/stream/dispatch.ts';
import { listNotices, readNotices } from './commands.ts';
import { withNotice, withRead } from './reduce.ts';
import type { Notice } from './types.ts';

/** The reader's own inbox, newest first, kept up to date by events. */
export class Inbox {
	items = $state.raw<readonly Notice[]>([]);
	unread = $state(0);
	problem = $state.raw<Problem | null>(null);
	isLoaded = $state(false);
	#next = $state<string | null>(null);

	get hasMore(): boolean {
		return this.#next !== null;
	}

	async load(): Promise<void> {
		await this.#take(null, []);
	}

	async more(): Promise<void> {
		await this.#take(this.#next, this.items);
	}

	apply(change: Change): void {
		if (change.kind === 'notice') {
			const items = withNotice(this.items, change.notice);
			if (items !== this.items) this.unread = change.unread;
			this.items = items;
		} else if (change.kind === 'notices-read') {
			this.items = withRead(this.items, change.read);
			this.unread = change.unread;
		}
	}

	/** Marks one, or with null all, as read: here at once. What goes wrong is seen at the next look. */
	async read(notice: Notice | null): Promise<void> {
		if (notice ? notice.read_at !== null : this.unread === 0) return;
		const ids = notice ? [notice.id] : null;
		const read_at = new Date().toISOString();
		this.items = withRead(this.items, { ids, through: this.items[0]?.id ?? 0, read_at });
		this.unread = notice ? Math.max(0, this.unread - 1) : 0;
		try {
			this.unread = await readNotices(ids);
		} catch (thrown) {
			this.problem = asProblem(thrown);
			await this.load();
		}
	}

	clear(): void {
		this.items = [];
		this.unread = 0;
		this.#next = null;
		this.isLoaded = false;
	}

	async #take(after: string | null, before: readonly Notice[]): Promise<void> {
		try {
			const page = await listNotices(after);
			this.items = [...before, ...page.items];
			this.unread = page.unread;
			this.#next = page.next;
			this.isLoaded = true;
			this.problem = null;
		} catch (thrown) {
			this.problem = asProblem(thrown);
		}
	}
}

export const inbox = new Inbox();
