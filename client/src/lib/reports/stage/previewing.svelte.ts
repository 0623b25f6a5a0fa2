import { asProblem, type Problem } from '#lib/api/problem.ts';
import { preview, type Trial } from '../commands.ts';
import { same } from '../editor/definition.ts';
import type { Preview } from '../types.ts';

/** The first rows of what is being defined. What was shown stays until others come. */
export class Previewing {
	answer = $state.raw<Preview | null>(null);
	problem = $state.raw<Problem | null>(null);
	isAsking = $state(false);
	/** What the answer, or the problem, is of. */
	of = $state.raw<Trial | null>(null);
	#asking: AbortController | null = null;

	/** It was tried as it is now, and answered. */
	isOf(trial: Trial): boolean {
		return this.of !== null && same(this.of, trial);
	}

	/** What is wrong at a path of the source, such as `source.filter`, or below it; null when nothing is. */
	errorAt(path: string): string | null {
		const found = this.problem?.errors.find(
			({ field }) => field === path || field.startsWith(`${path}.`)
		);
		return found?.message ?? null;
	}

	async ask(trial: Trial): Promise<void> {
		this.#asking?.abort();
		const asking = new AbortController();
		this.#asking = asking;
		this.isAsking = true;
		try {
			const answer = await preview(trial, asking.signal);
			if (asking.signal.aborted) return;
			this.answer = answer;
			this.problem = null;
		} catch (thrown) {
			if (asking.signal.aborted) return;
			this.problem = asProblem(thrown);
		}
		this.of = trial;
		this.isAsking = false;
	}

	/** Stops waiting for an answer; nothing else changes. */
	stop(): void {
		this.#asking?.abort();
		this.isAsking = false;
	}

	/** Another report is looked at. */
	forget(): void {
		this.stop();
		this.answer = null;
		this.problem = null;
		this.of = null;
	}
}
