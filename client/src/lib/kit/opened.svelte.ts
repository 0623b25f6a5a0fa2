/**
 * Which one of a list is open: the one that the address names, else the first that there was. That one stays open
 * whatever others do: neither what comes before it in the list nor its end opens another one under the reader's hands.
 */
export class Opened {
	/** No state of its own: it follows from what was first when it was asked for. */
	#own: number | null = null;
	#step = $state(0);

	/** `asked`: by the address. `first`: of the list as it is now. To be derived from both. */
	of(asked: number | null, first: number | undefined): number | null {
		void this.#step;
		return asked ?? (this.#own ??= first ?? null);
	}

	/** The reader took a step, or the list was read anew: what is first now may be opened. */
	again(): void {
		this.#own = null;
		this.#step += 1;
	}
}
