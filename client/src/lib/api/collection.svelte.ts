import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { Paged } from './paged.svelte.ts';
import { asProblem } from './problem.ts';

interface Facts {
	id: number;
	name: string;
	version: number;
	updated_at: string;
}

/** A list that is kept live: of two words about one of its members the newer one counts. */
export abstract class Collection<
	Item extends Facts,
	Whole extends Item = Item
> extends Paged<Item> {
	readonly #held = new SvelteMap<number, Item>();
	/** Deleted, or not the reader's to see. */
	readonly gone = new SvelteSet<number>();

	/** Asks for one; a Problem, 404, when it is not there, or not the reader's to see. */
	protected abstract readonly one: (id: number) => Promise<Whole>;

	/** By name. */
	get list(): Item[] {
		return [...this.#held.values()].sort((a, b) => a.name.localeCompare(b.name) || a.id - b.id);
	}

	get(id: number): Item | undefined {
		return this.#held.get(id);
	}

	/** Takes one in as an answer has it, unless a newer one is here. */
	put(item: Item): void {
		const held = this.#held.get(item.id);
		if (this.gone.has(item.id) || (held && isNewer(held, item))) return;
		this.#held.set(item.id, { ...held, ...item });
	}

	drop(id: number): void {
		this.gone.add(id);
		this.#held.delete(id);
	}

	/** Reads one anew; it goes when it is no longer the reader's to see. */
	async reread(id: number, take: (item: Whole) => void = (item) => this.put(item)): Promise<void> {
		try {
			take(await this.one(id));
		} catch (thrown) {
			if (asProblem(thrown).status === 404) this.drop(id);
		}
	}

	protected fill(items: readonly Item[]): void {
		this.#held.clear();
		this.gone.clear();
		this.add(items);
	}

	protected add(items: readonly Item[]): void {
		items.forEach((item) => this.put(item));
	}
}

const isNewer = (held: Facts, other: Facts): boolean =>
	held.version > other.version ||
	(held.version === other.version && held.updated_at > other.updated_at);
