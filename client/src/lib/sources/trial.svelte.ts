import { Asking } from '#lib/api/asking.svelte.ts';
import { m } from '#lib/paraglide/messages.js';
import type { StepLine } from '#lib/ui/Steps.svelte';
import { tryDatabase } from './commands.ts';
import { STEPS, type Trial } from './types.ts';
import { stepWord } from './words.ts';

/** One test of a database. The answer to all of its steps comes at once. */
export class TrialView extends Asking<Trial> {
	/** What is shown of it; nothing before it was asked for. */
	get lines(): StepLine[] {
		return this.isAsking ? expected() : told(this.answer);
	}

	/** Tries it anew: what was known of the last time goes. */
	async run(id: number): Promise<void> {
		this.forget();
		await this.pose((signal) => tryDatabase(id, signal));
	}
}

const expected = (): StepLine[] =>
	STEPS.map((step, at) => ({
		name: stepWord(step),
		state: at === 0 ? 'now' : 'ahead',
		words: at === 0 ? m.step_now() : '',
		ms: null
	}));

const told = (trial: Trial | null): StepLine[] =>
	(trial?.steps ?? []).map(({ step, ok, answer, ms }) => ({
		name: stepWord(step),
		state: ok ? 'done' : 'failed',
		words: answer,
		ms
	}));
