import type { Person } from '#lib/api/types.ts';

export type Trigger = 'schedule' | 'manual';
export type Level = 'ok' | 'warn' | 'critical';

export interface JobRun {
	id: number;
	job: string;
	trigger: Trigger;
	actor: Person | null;
	instance: string;
	started_at: string;
	duration_ms: number;
	result: string | null;
	error: string | null;
	lines: readonly string[];
}

export interface JobPause {
	name: string;
	paused_at: string | null;
	paused_by: Person | null;
}

export interface Job extends JobPause {
	interval_s: number;
	next_run_at: string | null;
	running: boolean;
	runs: number;
	failures: number;
	last_started_at: string | null;
	last_finished_at: string | null;
	last_duration_ms: number | null;
	last_error: string | null;
	last_run: JobRun | null;
	/** Of the last hundred written runs, oldest first. */
	recent_ms: readonly number[];
	median_ms: number | null;
	p95_ms: number | null;
}

export interface Instance {
	id: string;
	kind: 'server' | 'worker';
	host: string;
	pid: number;
	version: string;
	started_at: string;
	seen_at: string;
	stopped_at: string | null;
	alive: boolean;
	doing: readonly string[];
}

export interface Jobs {
	answering: string;
	running: boolean;
	items: readonly Job[];
	instances: readonly Instance[];
}

export interface Reading {
	name: string;
	value: number;
	unit: 'percent' | 'bytes' | 'count' | 'seconds';
	of: number | null;
	warn_at: number | null;
	critical_at: number | null;
	level: Level;
	recent: readonly number[];
}

export interface System {
	as_of: string;
	instance: string;
	level: Level;
	readings: readonly Reading[];
}
