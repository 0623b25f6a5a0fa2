import { asProblem, type Problem } from './problem.ts';

/** One question at a time. What was answered stays until the next answer; what was given up is not heard any more. */
export class Asking<Answer> {
	answer = $state.raw<Answer | null>(null);
	problem = $state.raw<Problem | null>(null);
	isAsking = $state(false);
	#asking: AbortController | null = null;

	/** Asks in the place of what was asked before. True when it was answered or refused, false when it was given up. */
	async pose(question: (signal: AbortSignal) => Promise<Answer>): Promise<boolean> {
		this.#asking?.abort();
		const asking = new AbortController();
		this.#asking = asking;
		this.isAsking = true;
		try {
			const answer = await question(asking.signal);
			if (asking.signal.aborted) return false;
			this.answer = answer;
			this.problem = null;
		} catch (thrown) {
			if (asking.signal.aborted) return false;
			this.problem = asProblem(thrown);
		}
		this.isAsking = false;
		return true;
	}

	/** Asks once nothing was typed for so long; returns how to give it up. */
	poseIn(pause_ms: number, question: (signal: AbortSignal) => Promise<Answer>): () => void {
		void this.pose(async (signal) => {
			await new Promise((resolve) => setTimeout(resolve, pause_ms));
			signal.throwIfAborted();
			return question(signal);
		});
		return () => this.stop();
	}

	/** Gives up what is asked; what is known stays. */
	stop(): void {
		this.#asking?.abort();
		this.isAsking = false;
	}

	/** It is about something else now. */
	forget(): void {
		this.stop();
		this.answer = null;
		this.problem = null;
	}
}
