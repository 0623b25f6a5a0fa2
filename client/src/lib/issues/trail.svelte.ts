/** The list that the reader came from: where it is, and which issues it showed, in its order. */
interface Way {
	label: string;
	href: string;
	keys: readonly string[];
}

/** What an issue page steps through. Lists set it when an issue is opened from them. */
class Trail {
	#way = $state.raw<Way | null>(null);

	set(way: Way): void {
		this.#way = way;
	}

	/** The list that holds this issue, if the reader came from one. */
	of(key: string): (Way & { at: number }) | null {
		const at = this.#way?.keys.indexOf(key) ?? -1;
		return this.#way && at >= 0 ? { ...this.#way, at } : null;
	}
}

export const trail = new Trail();
