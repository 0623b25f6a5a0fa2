import { Asking } from '#lib/api/asking.svelte.ts';
import type { Problem } from '#lib/api/problem.ts';
import { listMembers, type Member } from './commands.ts';

/** Who has a role in a project, as they are now. Of a project that is gone, or going, nothing is asked any more. */
export class MemberList {
	readonly #key: string;
	readonly #isThere: () => boolean;
	readonly #asking = new Asking<readonly Member[]>();
	#isGoing = false;

	/** `loaded`: as the page was opened with. `isThere`: whether the project is, as far as the stream has told. */
	constructor(key: string, loaded: readonly Member[], isThere: () => boolean) {
		this.#key = key;
		this.#isThere = isThere;
		this.#asking.answer = loaded;
	}

	/** By name. */
	get list(): readonly Member[] {
		return this.#asking.answer ?? [];
	}

	/** Reads them anew; gives back why not. */
	async reload(): Promise<Problem | null> {
		if (this.#isGoing || !this.#isThere()) return null;
		const isAnswered = await this.#asking.pose((signal) => listMembers(this.#key, signal));
		return isAnswered ? this.#asking.problem : null;
	}

	/** The project is gone: what is asked of it has no answer. */
	stop(): void {
		this.#asking.stop();
	}

	/** Takes the project away by `remove`, which gives back why not: then it is there as before. */
	async go(remove: () => Promise<Problem | null>): Promise<Problem | null> {
		this.#isGoing = true;
		this.stop();
		const problem = await remove();
		this.#isGoing = problem === null;
		return problem;
	}
}
