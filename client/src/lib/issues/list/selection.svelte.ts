import { SvelteSet } from 'svelte/reactivity';

/** Where the reader is in a list, and what they have picked out of it. Two things: one can be without the other. */
export class Selection {
	readonly keys = new SvelteSet<string>();
	cursor = $state.raw<string | null>(null);
	#anchor: string | null = null;

	has = (key: string): boolean => this.keys.has(key);

	/** The cursor `step` rows on; the first time, the first row. */
	move(shown: readonly string[], step: number): number {
		const at = this.cursor === null ? -1 : shown.indexOf(this.cursor);
		const next = at < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, at + step));
		this.cursor = shown[next] ?? null;
		return next;
	}

	toggle(key: string): void {
		if (!this.keys.delete(key)) this.keys.add(key);
		this.#anchor = key;
	}

	/** Everything from the last one that was picked to this one. */
	extend(shown: readonly string[], key: string): void {
		const from = shown.indexOf(this.#anchor ?? key);
		const to = shown.indexOf(key);
		if (from < 0 || to < 0) return this.toggle(key);
		for (const one of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) this.keys.add(one);
	}

	all(shown: readonly string[], most: number): void {
		for (const key of shown.slice(0, most)) this.keys.add(key);
	}

	clear(): void {
		this.keys.clear();
		this.#anchor = null;
	}

	/** What is gone is not selected any more. */
	keep(isThere: (key: string) => boolean): void {
		for (const key of this.keys) if (!isThere(key)) this.keys.delete(key);
		if (this.cursor !== null && !isThere(this.cursor)) this.cursor = null;
	}
}
