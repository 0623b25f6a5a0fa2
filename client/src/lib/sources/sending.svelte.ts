import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { Upload } from '#lib/api/upload.ts';
import { newKey } from '#lib/kit/ids.ts';
import type { OnPart } from './commands.ts';
import type { DataSource } from './types.ts';

/** One file on its way to become a table. What was refused stays, with why, until another file is chosen. */
export class Sending {
	file = $state.raw<File | null>(null);
	problem = $state.raw<Problem | null>(null);
	/** How much of it has arrived, up to 1: then it is read. null = it is not on its way. */
	part = $state.raw<number | null>(null);
	#key = newKey();
	#cancel: (() => void) | null = null;

	get isOnItsWay(): boolean {
		return this.part !== null;
	}

	choose(file: File): void {
		this.cancel();
		this.file = file;
		this.problem = null;
		this.#key = newKey();
	}

	/** Sends the file; null when it was refused or cancelled. */
	async send(
		start: (file: File, key: string, onpart: OnPart) => Upload<DataSource>
	): Promise<DataSource | null> {
		if (!this.file || this.isOnItsWay) return null;
		this.part = 0;
		this.problem = null;
		const sending = start(this.file, this.#key, (sent, total) => {
			if (this.part !== null) this.part = total > 0 ? sent / total : 0;
		});
		this.#cancel = sending.cancel;
		try {
			return await sending.done;
		} catch (thrown) {
			if (this.#cancel !== sending.cancel) return null;
			this.problem = asProblem(thrown);
			// After a refusal the next try says something else; without an answer it is the same intent still.
			if (!this.problem.isPassing) this.#key = newKey();
			return null;
		} finally {
			if (this.#cancel === sending.cancel) {
				this.#cancel = null;
				this.part = null;
			}
		}
	}

	cancel(): void {
		const cancel = this.#cancel;
		this.#cancel = null;
		this.part = null;
		cancel?.();
	}
}
