import { Paged } from '#lib/api/paged.svelte.ts';
import { getRun, listRuns } from './commands.ts';
import { merged, parted, tallyOf } from './ledger.ts';
import type { RunSummary } from './types.ts';

/** Every slot and every run of one report: what the page shows of its past, newest first. */
export class Ledger extends Paged<RunSummary> {
	readonly reportId: number;
	#runs = $state.raw<ReadonlyMap<number, RunSummary>>(new Map());
	#parts = $derived(parted(this.#runs.values()));

	constructor(reportId: number) {
		super();
		this.reportId = reportId;
	}

	protected readonly page = (after: string | null) => listRuns(this.reportId, after);

	/** The runs that are on their way, newest first. */
	get active(): readonly RunSummary[] {
		return this.#parts.active;
	}

	/** Everything else, newest slot first. */
	get rows(): readonly RunSummary[] {
		return this.#parts.rows;
	}

	readonly tally = $derived(tallyOf(this.rows));

	/** A run as an answer or an event has it. */
	take(run: RunSummary): void {
		const before = this.#runs.get(run.id);
		this.add([run]);
		if (!before || before.version < run.version) this.freshen(run.id);
	}

	/** Reads one run anew. */
	async reread(id: number): Promise<void> {
		this.take(await getRun(id));
	}

	protected fill(runs: readonly RunSummary[]): void {
		this.#runs = merged(new Map(), runs);
	}

	protected add(runs: readonly RunSummary[]): void {
		this.#runs = merged(this.#runs, runs);
	}
}
