import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { asProblem, type Problem } from '#lib/api/problem.ts';
import { listReports } from './commands.ts';
import type { LastRun, ReportFacts, ReportSummary } from './types.ts';

const FRESH_MS = 1200;

/** The reports that the reader may see, as the list has them. */
export class ReportCollection {
	#held = new SvelteMap<number, ReportSummary>();
	#gone = new Set<number>();
	#turn = 0;
	phase = $state.raw<'loading' | 'ready' | 'failed'>('loading');
	problem = $state.raw<Problem | null>(null);
	/** Where the list goes on; null = all of it is here. */
	next = $state.raw<string | null>(null);
	/** Changed by somebody, or by a run, a moment ago. */
	readonly fresh = new SvelteSet<number>();

	/** By name. */
	get list(): ReportSummary[] {
		return [...this.#held.values()].sort((a, b) => a.name.localeCompare(b.name));
	}

	get(id: number): ReportSummary | undefined {
		return this.#held.get(id);
	}

	async load(): Promise<void> {
		const turn = ++this.#turn;
		try {
			const page = await listReports(null);
			if (turn !== this.#turn) return;
			this.#held.clear();
			this.#gone.clear();
			page.items.forEach((report) => this.#held.set(report.id, report));
			this.next = page.next;
			this.problem = null;
			this.phase = 'ready';
		} catch (thrown) {
			if (turn !== this.#turn) return;
			this.problem = asProblem(thrown);
			if (this.phase === 'loading') this.phase = 'failed';
		}
	}

	async more(): Promise<void> {
		if (this.next === null) return;
		const page = await listReports(this.next);
		page.items.forEach((report) => this.put(report));
		this.next = page.next;
	}

	/** Takes a report in as an answer has it, unless a newer one is here. */
	put(report: ReportSummary): void {
		const held = this.#held.get(report.id);
		if (this.#gone.has(report.id) || (held && isNewer(held, report))) return;
		this.#held.set(report.id, { ...held, ...report });
	}

	/** What an event says of a report: what only an answer says stays. False when it was not known here. */
	take(facts: ReportFacts): boolean {
		const held = this.#held.get(facts.id);
		if (!held || this.#gone.has(facts.id)) return false;
		if (!isNewer(held, facts)) this.#held.set(facts.id, { ...held, ...facts });
		this.#freshen(facts.id);
		return true;
	}

	/** A run of it began, went on or ended. */
	ran(reportId: number, run: LastRun, nextFireAt?: string | null): void {
		const held = this.#held.get(reportId);
		if (!held || (held.last_run && held.last_run.id > run.id)) return;
		const next_fire_at = nextFireAt === undefined ? held.next_fire_at : nextFireAt;
		this.#held.set(reportId, { ...held, last_run: run, next_fire_at });
		this.#freshen(reportId);
	}

	drop(id: number): void {
		this.#gone.add(id);
		this.#held.delete(id);
	}

	#freshen(id: number): void {
		this.fresh.add(id);
		setTimeout(() => this.fresh.delete(id), FRESH_MS);
	}
}

const isNewer = (held: ReportFacts, other: ReportFacts): boolean =>
	held.version > other.version ||
	(held.version === other.version && held.updated_at > other.updated_at);
