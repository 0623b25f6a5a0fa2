import { describe, expect, it } from 'vitest';
import { withRun } from './jobs_view.svelte.ts';
import type { Job, JobRun } from './types.ts';
import { every, figure, jobName, took } from './words.ts';

const run = (id: number, duration_ms = 10): JobRun => ({
	id,
	job: 'daily_stats',
	trigger: 'schedule',
	actor: null,
	instance: 'a',
	started_at: '2026-11-20T08:00:00.000000Z',
	duration_ms,
	result: null,
	error: null,
	lines: []
});

const job: Job = {
	name: 'daily_stats',
	interval_s: 1800,
	next_run_at: null,
	running: true,
	runs: 1,
	failures: 0,
	last_started_at: null,
	last_finished_at: null,
	last_duration_ms: null,
	last_error: null,
	paused_at: null,
	paused_by: null,
	last_run: run(7),
	recent_ms: [10],
	median_ms: 10,
	p95_ms: null
};

describe('a job that was told of a run', () => {
	it('has it as its last, and no longer runs', () => {
		const after = withRun(job, run(8, 25));
		expect(after.last_run?.id).toBe(8);
		expect(after.recent_ms).toEqual([10, 25]);
		expect(after.running).toBe(false);
	});
	it('keeps what is newer, and what it was told of already', () => {
		expect(withRun(job, run(6))).toBe(job);
		expect(withRun(job, run(7))).toBe(job);
	});
	it('holds a hundred durations', () => {
		const full = { ...job, recent_ms: Array.from({ length: 100 }, (_, n) => n) };
		const after = withRun(full, run(8, 500));
		expect(after.recent_ms).toHaveLength(100);
		expect(after.recent_ms.at(-1)).toBe(500);
		expect(after.recent_ms[0]).toBe(1);
	});
});

describe('figures', () => {
	it('say how long', () => {
		expect([took(0.4), took(999), took(1400), took(125_000)]).toEqual([
			'0 ms',
			'999 ms',
			'1.4 s',
			'2 min 5 s'
		]);
		expect([every(10), every(1800), every(3600)]).toEqual(['10 s', '30 min', '1 h']);
	});
	it('have their unit', () => {
		expect(figure({ value: 4.26, unit: 'percent' })).toBe('4.3 %');
		expect(figure({ value: 41.4, unit: 'percent' })).toBe('41 %');
		expect(figure({ value: 1_400_000_000, unit: 'bytes' })).toBe('1.4 GB');
		expect(figure({ value: 0.2, unit: 'seconds' })).toBe('200 ms');
	});
	it('name a job that nobody has described by its own name', () => {
		expect(jobName('sweep_the_floor')).toBe('sweep the floor');
		expect(jobName('daily_stats')).not.toBe('daily stats');
	});
});
