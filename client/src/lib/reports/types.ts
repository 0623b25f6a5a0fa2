import type { Person, Role } from '#lib/api/types.ts';
import type { Column } from '#lib/kit/cells.ts';

export type * from './catalog_types.ts';
export type * from './run_types.ts';
export type { Column };

/** The shapes of reports, runs and editions, as pages use them. */
export const FORMATS = ['pdf', 'xlsx', 'csv', 'json', 'html'] as const;
export type Format = (typeof FORMATS)[number] | 'ndjson';
export type Trigger = 'schedule' | 'manual' | 'test' | 'api';
export const RUN_STATES = [
	'QUEUED',
	'RUNNING',
	'RENDERED',
	'DELIVERING',
	'SUCCESS',
	'PARTIAL',
	'FAILED',
	'CANCELLED',
	'MISSED',
	'SKIPPED'
] as const;
export type RunStatus = (typeof RUN_STATES)[number];
export type Catchup = 'latest' | 'all' | 'skip';
export type Overlap = 'skip' | 'queue' | 'allow';
export type Scalar = string | number | boolean | null;

export interface SqlSource {
	kind: 'sql';
	sql: string;
	data_source_id?: number | null;
}
/** A ready-made dataset, or an uploaded table: `upload:7`. */
export interface DatasetSource {
	kind: 'dataset';
	dataset: string;
	filter: string;
	columns: string[];
	group_by: string[];
	sort: string[];
}
export type Source = SqlSource | DatasetSource;

export const PARAMETER_TYPES = [
	'date',
	'text',
	'integer',
	'number',
	'boolean',
	'project',
	'label',
	'person'
] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];
export interface Parameter {
	name: string;
	type: ParameterType;
	default: Scalar;
	label: string;
	required: boolean;
}

/** When it is due: cron, or words that mean it. */
export interface ScheduleDraft {
	cron?: string | null;
	when?: string | null;
	tz: string;
	catchup: Catchup;
	overlap: Overlap;
	grace_s: number;
	jitter_s: number;
	wait_for: 'yesterday_closed' | null;
	wait_until: string | null;
	pause_after: number;
}
export interface ScheduleOut extends ScheduleDraft {
	cron: string;
	when: string;
	paused_at: string | null;
	paused_reason: string | null;
	failure_streak: number;
}

export type Recipient =
	| { kind: 'email'; address: string }
	| { kind: 'user'; user_id: number; name?: string }
	| { kind: 'role'; role: Role; project?: string | null }
	| { kind: 'webhook'; url: string; secret?: string | null; has_secret?: boolean };

export interface Templates {
	subject: string;
	intro: string;
	layout: 'full' | 'summary' | 'table';
}

export type Check = { on_fail: 'stop' | 'warn' } & (
	| { kind: 'row_count'; min?: number | null; max?: number | null }
	| { kind: 'freshness'; column: string; max_age: string }
	| { kind: 'nulls'; column: string; max_share: number }
);

export interface ReportChart {
	title: string;
	kind: 'bar' | 'line' | 'stacked';
	x: string;
	y: string;
	series?: string | null;
}
export interface ReportDocument {
	charts: ReportChart[];
	group_by?: string | null;
}

/** A definition as it is sent. */
export interface Definition {
	name: string;
	description: string;
	source: Source;
	parameters: Parameter[];
	formats: Format[];
	schedule: ScheduleDraft | null;
	recipients: Recipient[];
	templates: Templates;
	checks: Check[];
	document: ReportDocument;
	is_active: boolean;
}

export interface LastRun {
	id: number;
	status: RunStatus;
	trigger: Trigger;
	scheduled_for: string | null;
	started_at: string | null;
	finished_at: string | null;
	reason: string | null;
}

/** A report as events have it. */
export interface ReportFacts {
	id: number;
	name: string;
	description: string;
	kind: Source['kind'];
	formats: Format[];
	owner: Person;
	schedule: ScheduleOut | null;
	next_fire_at: string | null;
	is_active: boolean;
	version: number;
	created_at: string;
	updated_at: string;
}

export interface ReportSummary extends ReportFacts {
	last_run: LastRun | null;
	can_edit: boolean;
}

/** The whole of it. Who may not change it gets no source and no recipients. */
export interface ReportOut extends ReportSummary {
	source: Source | null;
	parameters: Parameter[];
	recipients: Recipient[];
	templates: Templates;
	checks: Check[];
	document: ReportDocument;
	next_fires: string[];
}

export interface Preview {
	columns: Column[];
	rows: unknown[][];
	truncated: boolean;
	ms: number;
	cost: number | null;
}

export interface FieldChange {
	field: string;
	label: string;
	before: unknown;
	after: unknown;
	lines: { op: 'keep' | 'add' | 'remove'; text: string }[] | null;
}
export interface VersionSummary {
	version: number;
	at: string;
	author: Person | null;
	name: string;
	changed: string[];
	git_commit: string | null;
}
export interface VersionOut extends VersionSummary {
	definition: Definition;
	differences: FieldChange[];
}

export interface ReadyMade {
	name: string;
	title: string;
	description: string;
	when: string | null;
	formats: Format[];
}

/** What the reader may do with reports here. */
export interface Abilities {
	make: boolean;
	sql: boolean;
	/** Why not SQL, and who can change that. */
	sql_refusal: string | null;
	ask: Person[];
	/** Schedules may fire more than once a minute. */
	often: boolean;
	/** A mail server is set up and switched on. */
	sends_mail: boolean;
}

/** What a schedule means, as the server understands it. `note`: how the clock there changes meanwhile. */
export interface SchedulePreview {
	cron: string;
	when: string;
	tz: string;
	wait_for: 'yesterday_closed' | null;
	wait_until: string | null;
	next: string[];
	note: string | null;
}

/** Words to try, for a report of that name, source and parameters. */
export interface WordsTrial {
	templates: Templates;
	name: string;
	source: Source | null;
	declared: readonly Parameter[];
	tz: string;
}
/** How they would read; what is wrong is named, and they are shown without it all the same. */
export interface WordsPreview {
	subject: string;
	html: string;
	text: string;
	variables: { name: string; description: string; example: string }[];
	errors: { field: string; message: string }[];
}
