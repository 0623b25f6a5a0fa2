import { asProblem, type Problem } from '#lib/api/problem.ts';
import { m } from '#lib/paraglide/messages.js';
import type { StepLine } from '#lib/ui/Steps.svelte';
import { tryDatabase } from './commands.ts';
import { STEPS, type Trial } from './types.ts';
import { stepWord } from './words.ts';

/** One test of a database. The answer to all of its steps comes at once. */
export class TrialView {
	trial = $state.raw<Trial | null>(null);
	problem = $state.raw<Problem | null>(null);
	#asking = $state.raw<AbortController | null>(null);

	get isRunning(): boolean {
		return this.#asking !== null;
	}

	/** What is shown of it; nothing before it was asked for. */
	get lines(): StepLine[] {
		return this.isRunning ? expected() : told(this.trial);
	}

	async run(id: number): Promise<void> {
		this.stop();
		const asking = new AbortController();
		this.#asking = asking;
		this.trial = this.problem = null;
		try {
			const trial = await tryDatabase(id, asking.signal);
			if (!asking.signal.aborted) this.trial = trial;
		} catch (thrown) {
			if (!asking.signal.aborted) this.problem = asProblem(thrown);
		} finally {
			if (this.#asking === asking) this.#asking = null;
		}
	}

	/** Stops waiting for it. */
	stop(): void {
		this.#asking?.abort();
		this.#asking = null;
	}

	/** Another source is looked at, or this one is another now. */
	forget(): void {
		this.stop();
		this.trial = this.problem = null;
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
