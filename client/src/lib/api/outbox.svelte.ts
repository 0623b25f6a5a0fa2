import { backoffMs } from '#lib/kit/backoff.ts';
import { newKey } from '#lib/kit/ids.ts';
import { asProblem, type Problem } from './problem.ts';

/** Something the reader wants done. It may be sent more than once: `send` must bear that. */
export interface Intent {
	/** What is of one lane goes out in order, e.g. all of `TRK-12`. */
	lane: string;
	/** What it is about and what it does, for the list of what waits. */
	subject: string;
	words: string;
	send: () => Promise<void>;
	/** The server said no. */
	onrefused: (problem: Problem) => void;
}

export interface Waiting extends Intent {
	id: string;
	/** Nobody answered yet; it is tried again by itself. */
	waits: boolean;
	settled: () => void;
}

/**
 * The reader's own changes on their way. In each lane one after the other; when nobody answers all of them wait,
 * and go out in order once somebody does.
 */
export class Outbox {
	#items = $state.raw<readonly Waiting[]>([]);
	#busy = new Set<string>();
	#attempt = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** Those that nobody has answered yet, oldest first. */
	get waiting(): readonly Waiting[] {
		return this.#items.filter((item) => item.waits);
	}

	get isEmpty(): boolean {
		return this.#items.length === 0;
	}

	/** Sends it as soon as its lane is free; resolves when it was accepted or refused. */
	push(intent: Intent): Promise<void> {
		return new Promise((settled) => {
			this.#items = [...this.#items, { ...intent, id: newKey(), waits: false, settled }];
			void this.#drain(intent.lane);
		});
	}

	/** Tries what waits, now. */
	resume(): void {
		clearTimeout(this.#timer);
		for (const lane of new Set(this.#items.map((item) => item.lane))) void this.#drain(lane);
	}

	async #drain(lane: string): Promise<void> {
		if (this.#busy.has(lane)) return;
		this.#busy.add(lane);
		for (let item = this.#next(lane); item; item = this.#next(lane)) {
			if (!(await this.#send(item))) break;
		}
		this.#busy.delete(lane);
	}

	/** False when nobody answered: the lane waits. */
	async #send(item: Waiting): Promise<boolean> {
		try {
			await item.send();
			this.#attempt = 0;
		} catch (thrown) {
			const problem = asProblem(thrown);
			if (problem.isPassing && problem.code !== 'client_error') {
				this.#wait(item.lane, problem.retryAfterS);
				return false;
			}
			item.onrefused(problem);
		}
		this.#items = this.#items.filter((other) => other.id !== item.id);
		item.settled();
		return true;
	}

	#wait(lane: string, retryAfterS: number | null): void {
		this.#items = this.#items.map((item) => (item.lane === lane ? { ...item, waits: true } : item));
		clearTimeout(this.#timer);
		const ms = retryAfterS === null ? backoffMs(this.#attempt++) : retryAfterS * 1000;
		this.#timer = setTimeout(() => this.resume(), ms);
	}

	#next = (lane: string): Waiting | undefined => this.#items.find((item) => item.lane === lane);
}

export const outbox = new Outbox();
