import { holdKeys } from './held_keys.ts';

const AGAIN_MS = 1000;

/** A part of the page whose code comes after the first paint: at once where it is there, else as soon as it is. */
export class Late<Part> {
	#part = $state.raw<Part>();
	#coming: Promise<void> | null = null;
	readonly #load: () => Promise<{ default: Part }>;

	constructor(load: () => Promise<{ default: Part }>) {
		this.#load = load;
	}

	/** undefined while its code is not there. */
	get part(): Part | undefined {
		return this.#part;
	}

	/** Fetches the code once. What failed is asked for anew the next time. */
	fetch = (): Promise<void> =>
		(this.#coming ??= this.#load().then(
			({ default: part }) => void (this.#part = part),
			() => void (this.#coming = null)
		));

	/**
	 * While `isOpen` and not there: it is fetched, again and again while the server is away, and what is typed is kept
	 * for it. Called as a component is made.
	 */
	wantWhile(isOpen: () => boolean): void {
		$effect(() => {
			if (!isOpen() || this.#part !== undefined) return;
			void this.fetch();
			const again = setInterval(this.fetch, AGAIN_MS);
			const letGo = holdKeys();
			return () => {
				clearInterval(again);
				letGo();
			};
		});
	}
}
