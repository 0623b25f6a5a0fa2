import { byteSize, count } from '#lib/kit/text.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Reading } from './types.ts';

const JOBS: Record<string, () => string> = {
	daily_stats: m.job_daily_stats,
	deleted_files: m.job_deleted_files,
	orphaned_files: m.job_orphaned_files,
	idempotency_keys: m.job_idempotency_keys,
	old_logins: m.job_old_logins,
	log_partitions: m.job_log_partitions,
	old_deliveries: m.job_old_deliveries,
	old_job_runs: m.job_old_job_runs,
	presence: m.job_presence,
	readings: m.job_readings,
	replaced_tables: m.job_replaced_tables,
	sandbox: m.job_sandbox,
	report_claims: m.job_report_claims,
	report_files: m.job_report_files,
	report_versions: m.job_report_versions
};

/** What a job does, in words; its own name when we have none. */
export const jobName = (name: string): string => JOBS[name]?.() ?? name.replaceAll('_', ' ');

const READINGS: Record<string, () => string> = {
	cpu: m.reading_cpu,
	memory: m.reading_memory,
	disk: m.reading_disk,
	own_memory: m.reading_own_memory,
	database_size: m.reading_database_size,
	connections: m.reading_connections,
	from_memory: m.reading_from_memory,
	oldest_transaction: m.reading_oldest_transaction,
	event_lag: m.reading_event_lag
};

export const readingName = (name: string): string =>
	READINGS[name]?.() ?? name.replaceAll('_', ' ');

/** `12 ms`, `1.4 s`, `2 min 5 s`. */
export function took(ms: number): string {
	if (ms < 1000) return `${Math.round(ms)} ms`;
	if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
	return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** `10 s`, `30 min`, `1 h`. */
export function every(seconds: number): string {
	if (seconds < 60) return `${count(seconds)} s`;
	if (seconds < 3600) return `${count(Math.round(seconds / 60))} min`;
	return `${count(Math.round(seconds / 3600))} h`;
}

/** The figure with its unit: `41 %`, `1.4 GB`, `0.2 s`. */
export function figure({ value, unit }: Pick<Reading, 'value' | 'unit'>): string {
	if (unit === 'percent') return `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
	if (unit === 'bytes') return byteSize(value);
	if (unit === 'seconds') return took(value * 1000);
	return count(value);
}
