import { Asking } from '#lib/api/asking.svelte.ts';
import { preview, type Trial } from '../commands.ts';
import { same } from '../editor/definition.ts';
import type { Preview } from '../types.ts';

/** The first rows of what is being defined. What was shown stays until others come. */
export class Previewing extends Asking<Preview> {
	/** What the answer, or the problem, is of. */
	#of = $state.raw<Trial | null>(null);

	/** It was tried as it is now, and answered. */
	isOf(trial: Trial): boolean {
		return this.#of !== null && same(this.#of, trial);
	}

	/** What is wrong at a path of the source, such as `source.filter`, or below it; null when nothing is. */
	errorAt(path: string): string | null {
		const found = this.problem?.errors.find(
			({ field }) => field === path || field.startsWith(`${path}.`)
		);
		return found?.message ?? null;
	}

	async ask(trial: Trial): Promise<void> {
		if (await this.pose((signal) => preview(trial, signal))) this.#of = trial;
	}

	/** Another report is looked at. */
	override forget(): void {
		super.forget();
		this.#of = null;
	}
}
