import { asProblem, type Problem } from '#lib/api/problem.ts';
import { tryMailServer } from './commands.ts';
import type { MailServerIn, Step, Trial, TrialStep } from './types.ts';
import { stepsOf } from './words.ts';

/** One test of a mail server, as it goes on. */
export class TrialView {
	steps = $state.raw<readonly TrialStep[]>([]);
	expected = $state.raw<readonly Step[]>([]);
	trial = $state.raw<Trial | null>(null);
	problem = $state.raw<Problem | null>(null);
	#asking = $state.raw<AbortController | null>(null);

	get isRunning(): boolean {
		return this.#asking !== null;
	}

	/** The steps that did not begin, the first of them is under way while it runs. */
	get ahead(): readonly Step[] {
		return this.expected.filter((step) => !this.steps.some((done) => done.step === step));
	}

	/** Tests what is stored, or `config` when something else is in the form. */
	async run(shown: MailServerIn, config: MailServerIn | null): Promise<void> {
		this.stop();
		const asking = new AbortController();
		this.#asking = asking;
		this.steps = [];
		this.expected = stepsOf(shown);
		this.trial = this.problem = null;
		try {
			this.trial = await tryMailServer(
				config,
				(step) => (this.steps = [...this.steps, step]),
				asking.signal
			);
		} catch (thrown) {
			if (!asking.signal.aborted) this.problem = asProblem(thrown);
		} finally {
			if (this.#asking === asking) this.#asking = null;
		}
	}

	stop(): void {
		this.#asking?.abort();
		this.#asking = null;
	}
}
