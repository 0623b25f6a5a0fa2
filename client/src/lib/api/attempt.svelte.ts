import { newKey } from '#lib/kit/ids.ts';
import type { Problem } from './problem.ts';
import { tried } from './tried.ts';

/** What a form does when it is sent: once at a time, and why it was refused. */
export class Attempt {
	problem = $state.raw<Problem | null>(null);
	isBusy = $state(false);
	#key = newKey();

	/** Does it, with the key of this one intent; false when it was refused, or is being done already. */
	async run(act: (key: string) => Promise<unknown>): Promise<boolean> {
		if (this.isBusy) return false;
		this.isBusy = true;
		this.problem = null;
		this.problem = await tried(() => act(this.#key));
		// After a refusal the next try says something else; without an answer it is the same intent still.
		if (!this.problem?.isPassing) this.#key = newKey();
		this.isBusy = false;
		return this.problem === null;
	}
}
