import { SvelteSet } from 'svelte/reactivity';
import { asProblem, type Problem } from '#lib/api/problem.ts';
import { getRun, listRuns } from './commands.ts';
import { merged, parted, tallyOf } from './ledger.ts';
import type { RunSummary } from './types.ts';

const FRESH_MS = 1200;

/** Every slot and every run of one report: what the page shows of its past. */
export class Ledger {
	readonly reportId: number;
	#runs = $state.raw<ReadonlyMap<number, RunSummary>>(new Map());
	#parts = $derived(parted(this.#runs.values()));
	#turn = 0;
	phase = $state.raw<'loading' | 'ready' | 'failed'>('loading');
	problem = $state.raw<Problem | null>(null);
	next = $state.raw<string | null>(null);
	readonly fresh = new SvelteSet<number>();

	constructor(reportId: number) {
		this.reportId = reportId;
	}

	/** The runs that are on their way, newest first. */
	get active(): readonly RunSummary[] {
		return this.#parts.active;
	}

	/** Everything else, newest slot first. */
	get rows(): readonly RunSummary[] {
		return this.#parts.rows;
	}

	readonly tally = $derived(tallyOf(this.rows));

	async load(): Promise<void> {
		const turn = ++this.#turn;
		try {
			const page = await listRuns(this.reportId, null);
			if (turn !== this.#turn) return;
			this.#runs = merged(new Map(), page.items);
			this.next = page.next;
			this.problem = null;
			this.phase = 'ready';
		} catch (thrown) {
			if (turn !== this.#turn) return;
			this.problem = asProblem(thrown);
			if (this.phase === 'loading') this.phase = 'failed';
		}
	}

	/** Goes further back. */
	async older(): Promise<void> {
		if (this.next === null) return;
		const page = await listRuns(this.reportId, this.next);
		this.#runs = merged(this.#runs, page.items);
		this.next = page.next;
	}

	/** A run as an answer or an event has it. */
	take(run: RunSummary): void {
		const before = this.#runs.get(run.id);
		this.#runs = merged(this.#runs, [run]);
		if (!before || before.version < run.version) this.#freshen(run.id);
	}

	/** Reads one run anew. */
	async reread(id: number): Promise<void> {
		this.take(await getRun(id));
	}

	#freshen(id: number): void {
		this.fresh.add(id);
		setTimeout(() => this.fresh.delete(id), FRESH_MS);
	}
}
