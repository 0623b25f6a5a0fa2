import { SvelteSet } from 'svelte/reactivity';
import { orNewer, tried } from '#lib/api/tried.ts';
import { newKey } from '#lib/kit/ids.ts';
import { m } from '#lib/paraglide/messages.js';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import * as commands from './commands.ts';
import type { Start, Values } from './commands.ts';
import { getSchema } from './sql/commands.ts';
import type {
	Dataset,
	Parameter,
	ReadyMade,
	ReportOut,
	ReportSummary,
	RunSummary,
	VersionOut
} from './types.ts';
import { sqlRefusal } from './words.ts';
import type { ReportsView } from './view.svelte.ts';

/** A run before it begins. */
export interface Asking {
	report: ReportSummary;
	what: Start;
	parameters: readonly Parameter[];
}

/** What the reader does with runs and reports, besides editing. A refusal is said, and nothing else changes. */
export class ReportActs {
	/** What waits for the values of its parameters. */
	asking = $state.raw<Asking | null>(null);
	/** Runs that were asked to stop. */
	readonly stopping = new SvelteSet<number>();
	#view: ReportsView;
	#busy = new Set<string>();

	constructor(view: ReportsView) {
		this.#view = view;
	}

	run = (report: ReportSummary) => this.#begin(report, 'run');
	test = (report: ReportSummary) => this.#begin(report, 'test');

	/** Starts it with these values. Throws a Problem. */
	async start(report: ReportSummary, what: Start, values: Values, key: string): Promise<void> {
		this.#view.ran(await commands.startRun(report.id, what, values, key));
		if (what === 'test') toasts.note(report.name, m.reports_test_on_its_way());
	}

	/** One click is enough, unless the report has parameters: then their values are asked for. */
	#begin = (report: ReportSummary, what: Start) =>
		this.#once(`${what}:${report.id}`, report.name, async () => {
			const parameters = await this.#view.parametersOf(report.id);
			if (parameters.length > 0) this.asking = { report, what, parameters };
			else await this.start(report, what, {}, newKey());
		});

	/** Makes it after all; of one that reached some only, to the others alone. */
	retry = (run: RunSummary) =>
		this.#once(`retry:${run.id}`, m.reports_retry(), async () =>
			this.#view.ran(await commands.retryRun(run.id))
		);

	async cancel(run: RunSummary): Promise<void> {
		this.stopping.add(run.id);
		await this.#once(`cancel:${run.id}`, m.cancel(), async () =>
			this.#view.ran(await commands.cancelRun(run.id))
		);
		this.stopping.delete(run.id);
	}

	/** Makes one of the ready-made reports; its number, or null when it was refused. */
	async make(one: ReadyMade, tz: string): Promise<number | null> {
		let made: number | null = null;
		await this.#once('make', one.title, async () => {
			const report = await commands.makeReady(one.name, tz, newKey());
			this.#view.took(report);
			made = report.id;
		});
		return made;
	}

	/** The datasets, to begin a report with; null when they can't be had, and then it is said. */
	async datasets(): Promise<readonly Dataset[] | null> {
		let found: readonly Dataset[] | null = null;
		await this.#once('datasets', m.reports_own_dataset(), async () => {
			found = await this.#view.loadCatalog();
		});
		return found;
	}

	/** Whether the reader may write SQL; when not, why. What it may read is known then. */
	async maySql(): Promise<boolean> {
		await this.#view.loadAbilities();
		const why = sqlRefusal(this.#view.abilities);
		if (why !== null) toasts.refused(m.reports_sql(), why);
		if (why !== null || this.#view.schema) return why === null;
		const problem = await tried(async () => {
			this.#view.schema = await getSchema();
		});
		if (problem) toasts.refused(m.reports_sql(), problem.message);
		return problem === null;
	}

	/** Takes a report away; its runs stay in the ledger. False when it was refused. */
	async remove(report: ReportSummary): Promise<boolean> {
		const problem = await tried(() =>
			this.#orNewer(report, () => commands.deleteReport(report.id, report.version))
		);
		if (problem) {
			toasts.refused(report.name, problem.message);
			return false;
		}
		this.#view.reports.drop(report.id);
		toasts.done(report.name, m.reports_deleted());
		return true;
	}

	/** Switches on a report that is off: off, nothing of it runs. */
	switchOn = (report: ReportSummary) =>
		this.#once(`on:${report.id}`, report.name, async () => {
			const patch = { is_active: true };
			await this.#change(report, () => commands.patchReport(report.id, patch, report.version));
			toasts.done(report.name, m.reports_turned_on());
		});

	/** Gives it the definition that it had in an earlier version. Throws a Problem. */
	async goBack(report: ReportSummary, { version, definition }: VersionOut): Promise<void> {
		await this.#change(report, () => commands.putReport(report.id, definition, report.version));
		toasts.done(report.name, m.reports_reverted({ version }));
	}

	async #change(report: ReportSummary, act: () => Promise<ReportOut>): Promise<void> {
		this.#view.took(await this.#orNewer(report, act));
	}

	#orNewer<Answer>({ id }: ReportSummary, act: () => Promise<Answer>): Promise<Answer> {
		return orNewer(act, () => this.#view.reread(id));
	}

	/** Lets the clock start nothing of it, until it goes on. */
	pause = (report: ReportSummary) =>
		this.#once(`pause:${report.id}`, report.name, async () => {
			this.#view.took(await commands.pauseSchedule(report.id));
			toasts.done(report.name, m.reports_was_paused(), {
				label: m.undo(),
				keys: 'z',
				run: () => void this.resume(report)
			});
		});

	resume = (report: ReportSummary) =>
		this.#once(`resume:${report.id}`, report.name, async () => {
			this.#view.took(await commands.resumeSchedule(report.id));
			toasts.done(report.name, m.reports_resumed());
		});

	/** Pressed twice is done once. */
	async #once(name: string, subject: string, act: () => Promise<void>): Promise<void> {
		if (this.#busy.has(name)) return;
		this.#busy.add(name);
		const problem = await tried(act);
		if (problem) toasts.refused(subject, problem.message);
		this.#busy.delete(name);
	}
}
