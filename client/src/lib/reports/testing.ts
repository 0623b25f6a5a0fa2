import type { ReportOut, RunSummary } from './types.ts';

/** A run as tests need one; what does not matter is as usual. */
export const runOf = (over: Partial<RunSummary> = {}): RunSummary => ({
	id: 1,
	report_id: 1,
	report_version: 1,
	status: 'SUCCESS',
	trigger: 'schedule',
	scheduled_for: '2026-11-20T07:00:00Z',
	created_at: '2026-11-20T07:00:00Z',
	started_at: '2026-11-20T07:00:00Z',
	finished_at: '2026-11-20T07:00:02Z',
	requested_by: null,
	reason: null,
	rows: 148,
	bytes: 1000,
	truncated: false,
	as_of: '1.47902',
	attempt: 1,
	sent: 6,
	addressed: 6,
	next_try_at: null,
	error: null,
	progress: null,
	version: 1,
	...over
});

/** A report as tests need one: weekdays at 08:00 in Berlin. */
export const reportOf = (over: Partial<ReportOut> = {}): ReportOut => ({
	id: 1,
	name: 'Weekday triage summary',
	description: '',
	kind: 'dataset',
	formats: ['pdf', 'xlsx'],
	owner: { id: 1, name: 'Mara Velling' },
	schedule: {
		cron: '0 8 * * 1-5',
		when: 'every weekday at 08:00',
		tz: 'Europe/Berlin',
		catchup: 'latest',
		overlap: 'skip',
		grace_s: 1800,
		jitter_s: 0,
		wait_for: null,
		wait_until: null,
		pause_after: 3,
		paused_at: null,
		paused_reason: null,
		failure_streak: 0
	},
	next_fire_at: '2026-11-23T07:00:00Z',
	is_active: true,
	version: 1,
	created_at: '2026-10-01T08:00:00Z',
	updated_at: '2026-10-01T08:00:00Z',
	last_run: null,
	can_edit: true,
	source: {
		kind: 'dataset',
		dataset: 'issues',
		filter: 'is:open',
		columns: [],
		group_by: [],
		sort: []
	},
	parameters: [],
	recipients: [],
	templates: { subject: '', intro: '', layout: 'full' },
	checks: [],
	document: { charts: [], group_by: null },
	next_fires: [],
	...over
});
