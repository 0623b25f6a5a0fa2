import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { getSource, listSources } from './commands.ts';
import type { DataSource } from './types.ts';

const FRESH_MS = 1200;

/** The data sources that the reader may use, as the list has them. */
export class SourceCollection {
	#held = new SvelteMap<number, DataSource>();
	#turn = 0;
	phase = $state.raw<'loading' | 'ready' | 'failed'>('loading');
	problem = $state.raw<Problem | null>(null);
	/** Where the list goes on; null = all of it is here. */
	next = $state.raw<string | null>(null);
	/** Changed by somebody a moment ago. */
	readonly fresh = new SvelteSet<number>();
	/** Deleted, or not the reader's to see. */
	readonly gone = new SvelteSet<number>();

	/** By name. */
	get list(): DataSource[] {
		return [...this.#held.values()].sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id);
	}

	get(id: number): DataSource | undefined {
		return this.#held.get(id);
	}

	async load(): Promise<void> {
		const turn = ++this.#turn;
		try {
			const page = await listSources(null);
			if (turn !== this.#turn) return;
			this.#held.clear();
			this.gone.clear();
			page.items.forEach((source) => this.#held.set(source.id, source));
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
		const page = await listSources(this.next);
		page.items.forEach((source) => this.put(source));
		this.next = page.next;
	}

	/** Takes a source in as an answer has it, unless a newer one is here. */
	put(source: DataSource): void {
		const held = this.#held.get(source.id);
		if (this.gone.has(source.id) || (held && held.version > source.version)) return;
		this.#held.set(source.id, source);
	}

	drop(id: number): void {
		this.gone.add(id);
		this.#held.delete(id);
	}

	/** Reads a source anew; it goes when it is no longer the reader's to see. */
	async reread(id: number): Promise<void> {
		try {
			this.put(await getSource(id));
		} catch (thrown) {
			if (asProblem(thrown).status === 404) this.drop(id);
		}
	}

	/** Somebody did something to a source: what an event does not say is asked for. */
	async take(event: TracklyEvent): Promise<void> {
		if (event.type === 'source.deleted') this.drop(event.source.id);
		else if (event.type === 'source.created' || event.type === 'source.updated')
			await this.#heard(event.source.id, event.version);
	}

	async #heard(id: number, version: number): Promise<void> {
		const known = this.#held.get(id);
		if (this.gone.has(id) || (known && known.version >= version)) return;
		await this.reread(id);
		this.fresh.add(id);
		setTimeout(() => this.fresh.delete(id), FRESH_MS);
	}
}
