import type { Person, Priority, Resolution, Severity, Status } from '#lib/api/types.ts';

/** The shapes of `/api/stats`. */
export const MOVES = ['created', 'triaged', 'started', 'done', 'reopened'] as const;
export type Figure = (typeof MOVES)[number] | 'open' | 'overdue';
export type Figures = Record<Figure, number>;

export interface Summary {
	as_of: string;
	/** Null when the projects are in several zones. */
	timezone: string | null;
	windows: { timezone: string; today_from: string; today_until: string }[];
	today: Figures;
	yesterday: Figures;
	yesterday_until_now: Figures;
	change: Figures;
	by_status: Record<Status, number>;
	by_severity: Record<Severity, number>;
}

export interface Day extends Record<(typeof MOVES)[number], number> {
	day: string;
	/** Today: not over yet. */
	partial: boolean;
	open: number;
	by_status: Record<Status, number>;
	by_severity: Record<Severity, number>;
}

export interface Daily {
	from_day: string;
	to_day: string;
	as_of: string;
	timezone: string | null;
	items: Day[];
}

export interface Item {
	key: string;
	/** Null when it was deleted since. */
	issue: {
		id: number;
		key: string;
		project: string;
		title: string;
		status: Status;
		resolution: Resolution | null;
		severity: Severity;
		priority: Priority;
		assignee: Person | null;
		due_on: string | null;
	} | null;
	at: string;
	change_id: number | null;
	actor: Person | null;
	status_before: Status | null;
	status_after: Status | null;
}

export interface ItemPage {
	figure: Figure;
	definition: string;
	from_day: string;
	to_day: string;
	items: Item[];
	next: string | null;
	total: number;
	issues: number;
}

export interface Percentiles {
	p50: number | null;
	p85: number | null;
	p95: number | null;
	issues: number;
}

export interface CyclePoint {
	key: string;
	title: string;
	started_at: string;
	done_at: string;
	days: number;
}

export interface CycleTime extends Percentiles {
	without_start: number;
	truncated: boolean;
	points: CyclePoint[];
	previous: Percentiles;
}

export interface AgeingIssue {
	key: string;
	title: string;
	severity: Severity;
	priority: Priority;
	assignee: Person | null;
	started_at: string;
	days: number;
	past_p85: boolean;
}

export interface FlowDay extends Record<Status, number> {
	day: string;
	partial: boolean;
	created: number;
	throughput: number;
}

export interface Flow {
	from_day: string;
	to_day: string;
	as_of: string;
	timezone: string | null;
	cycle_time: CycleTime;
	throughput: number;
	days: FlowDay[];
	ageing: { total: number; past_p85: number; items: AgeingIssue[] };
}
