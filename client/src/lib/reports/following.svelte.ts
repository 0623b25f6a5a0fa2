import { SvelteMap } from 'svelte/reactivity';
import { fetchApi } from '#lib/api/transport.ts';
import { BlockCutter } from '#lib/stream/wire.ts';
import type { RunProgress, RunSummary } from './types.ts';

const AGAIN_MS = 1500;

/** What runs under way are at, as they say it themselves: one small stream for each run that is on the screen. */
export class Following {
	#progress = new SvelteMap<number, RunProgress>();
	#open = new Map<number, AbortController>();
	#onrun: (run: RunSummary) => void;

	/** `onrun`: the run itself changed. */
	constructor(onrun: (run: RunSummary) => void) {
		this.#onrun = onrun;
	}

	of(runId: number): RunProgress | null {
		return this.#progress.get(runId) ?? null;
	}

	/** Follows these runs and no others. */
	only(ids: readonly number[]): void {
		for (const [id, open] of this.#open) {
			if (ids.includes(id)) continue;
			open.abort();
			this.#open.delete(id);
			this.#progress.delete(id);
		}
		for (const id of ids) if (!this.#open.has(id)) void this.#follow(id);
	}

	async #follow(id: number): Promise<void> {
		const open = new AbortController();
		this.#open.set(id, open);
		let isOver = false;
		while (!isOver && !open.signal.aborted) {
			try {
				isOver = await this.#read(id, open.signal);
			} catch {
				// Broken off: the run goes on without us, and is asked again.
			}
			if (!isOver) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
		}
		// Taken up again by a retry, it is followed again.
		if (this.#open.get(id) === open) this.#open.delete(id);
	}

	/** One connection to its end; true when the run is over. */
	async #read(id: number, signal: AbortSignal): Promise<boolean> {
		const answer = await fetchApi(`/api/runs/${id}/events`, {
			headers: { Accept: 'text/event-stream' },
			cache: 'no-store',
			signal
		});
		const reader = answer.body?.getReader();
		const cutter = new BlockCutter();
		const text = new TextDecoder();
		for (;;) {
			const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
			if (done) return false;
			for (const { event, data } of cutter.feed(text.decode(value, { stream: true }))) {
				if (event === 'run') this.#take(id, JSON.parse(data) as RunSummary);
				if (event === 'end') return true;
			}
		}
	}

	#take(id: number, run: RunSummary): void {
		if (run.progress) this.#progress.set(id, run.progress);
		this.#onrun(run);
	}
}
