import { SvelteMap } from 'svelte/reactivity';
import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { Person } from '#lib/api/types.ts';
import type { DataSource } from '#lib/sources/types.ts';
import { changesOf, type Change } from '#lib/stream/dispatch.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { ReportCollection } from './collection.svelte.ts';
import { getAbilities, getReport, getRun, listDatasets, listReadyMade } from './commands.ts';
import { ScheduleEcho } from './editor/echo.svelte.ts';
import { Editing } from './editor/editing.svelte.ts';
import { WordsEcho } from './editor/words_echo.svelte.ts';
import { Following } from './following.svelte.ts';
import { issuesHref } from './issues_link.ts';
import { Ledger } from './ledger.svelte.ts';
import { listEditions } from './receipt/commands.ts';
import { delivered } from './receipt/deliveries.ts';
import type { Edition } from './receipt/types.ts';
import { getSchema } from './sql/commands.ts';
import type { SqlSchema } from './sql/schema.ts';
import { Previewing } from './stage/previewing.svelte.ts';
import type {
	Abilities,
	Dataset,
	DeliveryOut,
	Parameter,
	ReadyMade,
	ReportFacts,
	ReportOut,
	RunOut,
	RunSummary,
	Source
} from './types.ts';

/** What only the editor needs comes when it is needed. */
const sources = () => import('./sources.ts');

interface Reader {
	userId: number;
	tz: string;
}

/** Everything that the reports page holds: the list, the report that is open, its past, its receipt, its draft. */
export class ReportsView {
	readonly reports = new ReportCollection();
	readonly following = new Following((run) => this.ledger?.take(run));
	ledger = $state.raw<Ledger | null>(null);
	editing = $state.raw<Editing | null>(null);
	/** Why the report did not open. */
	problem = $state.raw<Problem | null>(null);
	run = $state.raw<RunOut | null>(null);
	editions = $state.raw<readonly Edition[]>([]);
	runProblem = $state.raw<Problem | null>(null);
	catalog = $state.raw<readonly Dataset[]>([]);
	schema = $state.raw<SqlSchema | null>(null);
	/** Other databases that SQL may read, and what is in them. */
	databases = $state.raw<readonly DataSource[]>([]);
	#foreign = new SvelteMap<number, SqlSchema>();
	people = $state.raw<readonly Person[]>([]);
	/** What the reader may do with reports; null: not known yet. */
	abilities = $state.raw<Abilities | null>(null);
	readyMade = $state.raw<readonly ReadyMade[]>([]);
	/** The report whose versions are looked at, and the one of them that is open first. */
	versionsOf = $state.raw<number | null>(null);
	version = $state.raw<number | null>(null);
	/** What is defined is tried, where else the runs are. */
	isTrying = $state(false);
	readonly previewing = new Previewing();
	readonly echo = new ScheduleEcho();
	readonly words = new WordsEcho();
	/** Puts text where the caret of the statement is; set while its editor is open. */
	insert: (text: string) => void = () => undefined;
	readonly #reader: Reader;
	#turn = 0;
	#runTurn = 0;
	#abilitiesTurn = 0;
	#catalog: Promise<readonly Dataset[]> | null = null;
	#hasPeople = false;
	#hasDatabases = false;
	#hasReadyMade = false;

	constructor(reader: Reader) {
		this.#reader = reader;
	}

	/** The list, and what the reader may do. */
	async load(): Promise<void> {
		await Promise.all([this.reports.load(), this.loadAbilities()]);
	}

	/** A right can be given and taken at any time: it is asked for whenever it matters, and the last answer counts. */
	async loadAbilities(): Promise<void> {
		const turn = ++this.#abilitiesTurn;
		const found = await getAbilities().catch(() => null);
		if (found && turn === this.#abilitiesTurn) this.abilities = found;
	}

	/** What a report can be given when it is run by hand. Throws a Problem. */
	async parametersOf(id: number): Promise<readonly Parameter[]> {
		const held = this.editing?.report;
		return (held?.id === id ? held : await getReport(id)).parameters;
	}

	/** What was open is as it was when this run began; else null. */
	#definitionOf(run: RunSummary): ReportOut | null {
		const report = this.editing?.report;
		return report?.id === run.report_id && report.version === run.report_version ? report : null;
	}

	/** The list of the issues that a run was made of, as far as it can be said there. */
	issuesOf(run: RunSummary, values?: Readonly<Record<string, unknown>>): string | null {
		const report = this.#definitionOf(run);
		if (!report) return null;
		return issuesHref(report.source, { values, isMine: report.owner.id === this.#reader.userId });
	}

	/** No mail leaves this server, and somebody would get one. */
	get mailIsOff(): boolean {
		const recipients = this.editing?.report?.recipients ?? [];
		return (
			this.abilities?.sends_mail === false && recipients.some(({ kind }) => kind !== 'webhook')
		);
	}

	/** Opens a report; `new`: one that does not exist yet; null: none. */
	async open(id: number | 'new' | null): Promise<void> {
		const turn = ++this.#turn;
		this.problem = null;
		if (id === 'new' ? this.editing?.isNew !== true : this.ledger?.reportId !== id) {
			this.isTrying = false;
			this.previewing.forget();
		}
		if (id === 'new' && this.editing?.isNew) return;
		if (id === null || id === 'new') {
			this.ledger = null;
			this.editing = id === 'new' ? new Editing(null, this.#reader) : null;
			return;
		}
		if (this.ledger?.reportId !== id) {
			this.ledger = new Ledger(id);
			this.editing = null;
		}
		void this.ledger.load();
		try {
			const report = await getReport(id);
			if (turn !== this.#turn) return;
			this.took(report);
		} catch (thrown) {
			if (turn === this.#turn) this.problem = asProblem(thrown);
		}
	}

	/** A report as an answer has it. */
	took(report: ReportOut): void {
		this.reports.put(report);
		if (this.editing?.report?.id === report.id) this.editing.take(report);
		else if (this.ledger?.reportId === report.id) this.editing = new Editing(report, this.#reader);
	}

	/** What the editor needs beside the report; once. What fails is asked again the next time. */
	async loadTools(people: () => Promise<readonly Person[]>): Promise<void> {
		void this.loadPeople(people);
		void this.loadAbilities();
		await this.loadCatalog().catch(() => null);
	}

	/** What a report can be made of; once. Throws a Problem, and asks again the next time. */
	async loadCatalog(): Promise<readonly Dataset[]> {
		try {
			return (this.catalog = await (this.#catalog ??= listDatasets()));
		} catch (thrown) {
			this.#catalog = null;
			throw thrown;
		}
	}

	/** What SQL may read: here, or in another database. What is not known yet is asked for. */
	async loadSchema(databaseId: number | null): Promise<void> {
		if (databaseId === null) this.schema ??= await getSchema().catch(() => null);
		else if (!this.#foreign.has(databaseId)) {
			const found = sources().then((has) => has.getForeignSchema(databaseId));
			const schema = await found.catch(() => null);
			if (schema) this.#foreign.set(databaseId, schema);
		}
		if (this.#hasDatabases) return;
		this.#hasDatabases = true;
		this.databases = await sources()
			.then((has) => has.listDatabases())
			.catch(() => []);
	}

	schemaOf(source: Source | null): SqlSchema | null {
		if (source?.kind !== 'sql' || !source.data_source_id) return this.schema;
		return this.#foreign.get(source.data_source_id) ?? null;
	}

	/** Makes a dataset of a file; its name. Throws a Problem. */
	async upload(file: File, onpart: (part: number) => void): Promise<string> {
		const { uploadTable } = await sources();
		const name = await uploadTable(file, (sent, total) => onpart(total > 0 ? sent / total : 0));
		this.#catalog = listDatasets();
		await this.loadCatalog();
		return name;
	}

	/** Who is who; once. */
	async loadPeople(people: () => Promise<readonly Person[]>): Promise<void> {
		if (this.#hasPeople) return;
		this.#hasPeople = true;
		this.people = await people().catch(() => []);
	}

	/** The reports that one click makes; once. */
	async loadReadyMade(): Promise<void> {
		if (this.#hasReadyMade) return;
		this.#hasReadyMade = true;
		this.readyMade = await listReadyMade().catch(() => []);
	}

	/** Opens the receipt of a run. */
	async openRun(id: number | null): Promise<void> {
		const turn = ++this.#runTurn;
		this.runProblem = null;
		if (id === null || this.run?.id !== id) {
			this.run = null;
			this.editions = [];
		}
		if (id === null) return;
		try {
			const [run, editions] = await Promise.all([getRun(id), listEditions(id)]);
			if (turn !== this.#runTurn) return;
			this.run = run;
			this.editions = editions;
			this.ledger?.take(run);
		} catch (thrown) {
			if (turn === this.#runTurn) this.runProblem = asProblem(thrown);
		}
	}

	/** A run as an answer or an event has it. */
	ran(run: RunSummary): void {
		if (this.ledger?.reportId === run.report_id) this.ledger.take(run);
		this.reports.ran(run.report_id, run);
		if (this.run?.id === run.id && this.run.version < run.version) void this.openRun(run.id);
	}

	take(event: TracklyEvent): void {
		for (const change of changesOf(event)) {
			if (change.kind === 'report') this.#heard(change.report);
			else if (change.kind === 'report-gone') this.reports.drop(change.id);
			else if (change.kind === 'run') this.ran(change.run);
			else if (change.kind === 'delivery') this.#delivered(change.delivery);
			else if (this.#isOfMe(change)) void this.loadAbilities();
		}
	}

	#isOfMe(change: Change): boolean {
		if (change.kind === 'user') return change.user.id === this.#reader.userId;
		const isOfRights = change.kind === 'member' || change.kind === 'sql-writer';
		return isOfRights && change.userId === this.#reader.userId;
	}

	/** Opens the versions of a report at one of them. */
	showVersion(id: number, version: number): void {
		this.version = version;
		this.versionsOf = id;
	}

	closeVersions(): void {
		this.version = null;
		this.versionsOf = null;
	}

	/** The page missed something, or may have. */
	reset(): void {
		void this.load();
		if (this.ledger) void this.open(this.ledger.reportId);
		if (this.run) void this.openRun(this.run.id);
	}

	/** Somebody changed a report: what an event does not say is asked for. */
	#heard(report: ReportFacts): void {
		const known = this.reports.get(report.id);
		if (!known || known.version < report.version) void this.reread(report.id);
		// Of the same version: its schedule rests, or goes on.
		else if (known.version === report.version) this.reports.take(report);
	}

	/** How one of the open receipt's deliveries went. */
	#delivered(delivery: DeliveryOut): void {
		if (!this.run || delivery.ref !== `report_run:${this.run.id}`) return;
		const deliveries = delivered(this.run.deliveries, delivery);
		this.run = { ...this.run, deliveries };
	}

	/** Reads a report anew; it goes when it is no longer the reader's to see. */
	reread(id: number): Promise<void> {
		return this.reports.reread(id, (report) => this.took(report));
	}
}
