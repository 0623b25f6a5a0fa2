import { Collection } from '#lib/api/collection.svelte.ts';
import { getReport, listReports } from './commands.ts';
import type { LastRun, ReportFacts, ReportOut, ReportSummary } from './types.ts';

/** The reports that the reader may see, as the list has them. */
export class ReportCollection extends Collection<ReportSummary, ReportOut> {
	protected readonly page = listReports;
	protected readonly one = getReport;

	/** What an event says of a report that is here: what only an answer says stays. */
	take(facts: ReportFacts): void {
		const held = this.get(facts.id);
		if (!held) return;
		this.put({ ...held, ...facts });
		this.freshen(facts.id);
	}

	/** A run of it began, went on or ended. */
	ran(reportId: number, run: LastRun): void {
		const held = this.get(reportId);
		if (!held || (held.last_run && held.last_run.id > run.id)) return;
		this.put({ ...held, last_run: run });
		this.freshen(reportId);
	}
}
