import { PEOPLE } from './scene.ts';

/** The reports of the pictures, and what the editor needs beside them. */
export const TZ = 'Europe/Berlin';

const schedule = (when: string, cron: string, over: object = {}) => ({
	cron,
	when,
	tz: TZ,
	catchup: 'latest',
	overlap: 'skip',
	grace_s: 1800,
	jitter_s: 0,
	wait_for: null,
	wait_until: null,
	pause_after: 3,
	paused_at: null,
	paused_reason: null,
	failure_streak: 0,
	...over
});

const last = (id: number, status: string) => ({
	id,
	status,
	trigger: 'schedule',
	scheduled_for: '2026-11-20T07:00:00.000000Z',
	started_at: '2026-11-20T07:00:00.100000Z',
	finished_at: '2026-11-20T07:00:01.900000Z',
	reason: null
});

const reportOf = (
	id: number,
	name: string,
	when: object | null,
	next: string | null,
	status: string,
	over: object = {}
) => ({
	id,
	name,
	description: '',
	kind: 'dataset',
	formats: ['pdf', 'xlsx'],
	owner: PEOPLE.mara,
	schedule: when,
	next_fire_at: next,
	is_active: true,
	version: 3,
	created_at: '2026-10-01T08:00:00.000000Z',
	updated_at: '2026-11-19T08:00:00.000000Z',
	last_run: last(100 + id, status),
	can_edit: true,
	...over
});

export const REPORTS = [
	reportOf(
		1,
		'Weekday triage summary',
		schedule('every weekday at 08:00', '0 8 * * 1-5'),
		'2026-11-23T07:00:00.000000Z',
		'SUCCESS',
		{ description: 'What changed in triage since the last edition, by project' }
	),
	reportOf(
		2,
		'Weekly release report',
		schedule('every Friday at 17:00', '0 17 * * 5'),
		'2026-11-20T16:00:00.000000Z',
		'SUCCESS'
	),
	reportOf(
		3,
		'Overdue by assignee',
		schedule('every day at 07:30', '30 7 * * *'),
		'2026-11-21T06:30:00.000000Z',
		'PARTIAL'
	),
	reportOf(
		4,
		'Cycle time, last 30 days',
		schedule('1st of the month at 06:00', '0 6 1 * *', {
			paused_at: '2026-11-01T05:00:00.000000Z',
			failure_streak: 3
		}),
		null,
		'FAILED'
	),
	reportOf(
		5,
		'Critical issues, hourly',
		schedule('every hour', '0 * * * *'),
		'2026-11-20T10:00:00.000000Z',
		'RUNNING'
	),
	reportOf(
		6,
		'Done per depot',
		schedule('every Monday at 06:00', '0 6 * * 1'),
		'2026-11-23T05:00:00.000000Z',
		'SUCCESS'
	),
	reportOf(7, 'Audit extract', null, null, 'CANCELLED', { owner: PEOPLE.tomo, kind: 'sql' })
];

const SOURCE = {
	kind: 'dataset',
	dataset: 'issues',
	filter: 'is:open updated>-7d',
	columns: ['project', 'key', 'title', 'status', 'severity'],
	group_by: [] as string[],
	sort: ['project', '-created']
};

export const whole = (report: (typeof REPORTS)[number]) => ({
	...report,
	source: report.kind === 'sql' ? { kind: 'sql', sql: 'SELECT key\nFROM issues' } : SOURCE,
	parameters: [] as object[],
	recipients: [
		{ kind: 'role', role: 'MAINTAINER', project: null },
		{ kind: 'email', address: 'ines@depot.internal' },
		{ kind: 'webhook', url: 'https://wall-screen/hook', has_secret: true }
	],
	templates: {
		subject: 'Triage {{date}}: {{added}} new, {{gone}} done',
		intro: '',
		layout: 'full'
	},
	checks: [],
	document: { charts: [], group_by: 'project' },
	next_fires: nextFive()
});

export const nextFive = () => [23, 24, 25, 26, 27].map((day) => `2026-11-${day}T07:00:00.000000Z`);

const column = (name: string, title: string, type: string, group: string[] = []) => ({
	name,
	title,
	type,
	description: `${title} of the issue`,
	filter: name,
	group,
	shown: true
});
const measure = (name: string, title: string) => ({
	name,
	title,
	type: 'integer',
	unit: 'issues',
	description: title
});

export const CATALOG = [
	{
		name: 'issues',
		title: 'Issues',
		description: 'One row for each issue, as it is now.',
		columns: [
			column('project', 'Project', 'text', ['project']),
			column('key', 'Key', 'text'),
			column('title', 'Title', 'text'),
			column('status', 'Status', 'text', ['status']),
			column('severity', 'Severity', 'text', ['severity']),
			column('priority', 'Priority', 'text', ['priority']),
			column('assignee', 'Assignee', 'text', ['assignee']),
			column('created', 'Created', 'timestamp', ['created_day', 'created_week', 'created_month']),
			column('due', 'Due', 'date', ['due'])
		],
		measures: [measure('count', 'Issues'), measure('open', 'Open'), measure('overdue', 'Overdue')],
		default_columns: [
			'key',
			'title',
			'status',
			'severity',
			'priority',
			'assignee',
			'created',
			'due'
		],
		default_measures: ['count', 'open', 'overdue'],
		default_sort: ['key'],
		key_column: 'key',
		parameters: [],
		filter_help: 'The query language of the list: is:open severity:critical assignee:me',
		example: { ...SOURCE, columns: [] }
	},
	{
		name: 'transitions',
		title: 'Transitions',
		description: 'One row for each move of an issue from one status to another.',
		columns: [column('key', 'Key', 'text'), column('from', 'From', 'text', ['from'])],
		measures: [measure('count', 'Moves')],
		default_columns: ['key', 'from'],
		default_measures: ['count'],
		default_sort: [],
		key_column: 'key',
		parameters: [],
		filter_help: '',
		example: { ...SOURCE, dataset: 'transitions', columns: [] }
	}
];

export const READY = [
	[
		'weekly_status',
		'Weekly status',
		'Done, in progress, new and stuck, per project',
		'every Monday 08:00'
	],
	[
		'monthly_summary',
		'Monthly summary',
		'The month in figures and charts',
		'1st of the month 06:00'
	],
	[
		'open_critical',
		'Open critical',
		'Every critical issue that is not done',
		'every weekday 08:00'
	],
	[
		'overdue_and_ageing',
		'Overdue and ageing',
		'What is late, and what stands still',
		'every Monday 07:00'
	],
	['my_week', 'My week', 'What you did, and what waits for you', 'every Friday 15:00']
].map(([name, title, description, when]) => ({
	name,
	title,
	description,
	when,
	formats: ['pdf', 'xlsx']
}));

/** What an admin may do, on a server that sends mail. */
export const ABILITIES = {
	make: true,
	sql: true,
	sql_refusal: null as string | null,
	ask: [] as { id: number; name: string }[],
	often: true,
	sends_mail: true
};

export const SCHEMA = {
	functions: [{ group: 'Aggregates', names: ['avg', 'count', 'max', 'min', 'sum'] }],
	tables: ['issues', 'transitions', 'comments', 'daily_stats', 'people', 'projects'].map(
		(name) => ({
			name,
			description: `What there is of ${name}`,
			columns: [
				{ name: 'project', type: 'text', description: 'Key of the project' },
				{ name: 'key', type: 'text', description: 'Key of the issue' },
				{ name: 'created_at', type: 'timestamptz', description: 'When' }
			]
		})
	)
};

const ROWS = Array.from({ length: 24 }, (_, at) => [
	['Depot', 'Scanner', 'Labels'][at % 3],
	`${['DEP', 'SCN', 'LBL'][at % 3]}-${400 - at}`,
	`Pick list ignores the aisle order, case ${at + 1}`,
	['Open', 'Triaged', 'In progress'][at % 3],
	'Critical'
]);
export const PREVIEW = {
	columns: [
		['project', 'Project'],
		['key', 'Key'],
		['title', 'Title'],
		['status', 'Status'],
		['severity', 'Severity']
	].map(([name, title]) => ({ name, title, type: 'text' })),
	rows: ROWS,
	truncated: false,
	ms: 14,
	cost: 122.4
};

export const WORDS = {
	subject: 'Triage 20 Nov 2026: 9 new, 4 done',
	html: '',
	text: 'Weekday triage summary\n20 Nov 2026, 08:00 Europe/Berlin\n\n9 new, 4 gone since yesterday.',
	variables: ['date', 'time', 'rows', 'added', 'gone', 'changed', 'scope'].map((name) => ({
		name,
		description: `What ${name} means`,
		example: '9'
	})),
	errors: []
};
