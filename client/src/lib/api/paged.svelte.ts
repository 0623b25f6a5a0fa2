import { SvelteSet } from 'svelte/reactivity';
import { asProblem, type Problem } from './problem.ts';
import type { Page } from './types.ts';

const FRESH_MS = 1200;

/** What is read page by page, and kept as it is now. */
export abstract class Paged<Item> {
	phase = $state.raw<'loading' | 'ready' | 'failed'>('loading');
	problem = $state.raw<Problem | null>(null);
	/** Where it goes on; null = all of it is here. */
	next = $state.raw<string | null>(null);
	/** Changed by somebody a moment ago. */
	readonly fresh = new SvelteSet<number>();
	#turn = 0;

	/** Asks for a page; null = the first one. */
	protected abstract readonly page: (after: string | null) => Promise<Page<Item>>;
	/** Takes the first page in: whatever was here goes. */
	protected abstract fill(items: readonly Item[]): void;
	/** Takes another page in. */
	protected abstract add(items: readonly Item[]): void;

	async load(): Promise<void> {
		const turn = ++this.#turn;
		try {
			const page = await this.page(null);
			if (turn !== this.#turn) return;
			this.fill(page.items);
			this.next = page.next;
			this.problem = null;
			this.phase = 'ready';
		} catch (thrown) {
			if (turn !== this.#turn) return;
			this.problem = asProblem(thrown);
			if (this.phase === 'loading') this.phase = 'failed';
		}
	}

	async more(): Promise<void> {
		if (this.next === null) return;
		const page = await this.page(this.next);
		this.add(page.items);
		this.next = page.next;
	}

	protected freshen(id: number): void {
		this.fresh.add(id);
		setTimeout(() => this.fresh.delete(id), FRESH_MS);
	}
}
