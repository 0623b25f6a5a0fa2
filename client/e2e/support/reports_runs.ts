/** The ledger of the pictures: a month of slots of one report, some of them with a reason. */
interface Told {
	day: string;
	status?: string;
	reason?: string;
	rows?: number;
	event?: number;
	took?: number;
	sent?: number;
}

const TOLD: Told[] = [
	{ day: '2026-11-20', rows: 148, event: 47902, took: 1.8 },
	{
		day: '2026-11-19',
		status: 'PARTIAL',
		reason: 'Mailbox of ines@depot.internal is full. Next try 10:15',
		rows: 143,
		event: 46118,
		took: 2.1,
		sent: 5
	},
	{
		day: '2026-11-18',
		status: 'MISSED',
		reason: 'Server was off 07:41 to 08:52, the grace of 30 min had passed'
	},
	{
		day: '2026-11-17',
		status: 'SKIPPED',
		reason: 'The run started by hand at 07:58 was still going'
	},
	{
		day: '2026-11-16',
		status: 'FAILED',
		reason: 'Statement timeout after 30 s, three attempts',
		took: 30
	},
	{ day: '2026-11-13', rows: 139, event: 41377, took: 1.7 },
	{ day: '2026-11-12', rows: 141, event: 39840, took: 1.9 },
	{
		day: '2026-11-11',
		status: 'CANCELLED',
		reason: 'Tomo Adeyar cancelled it before rendering',
		took: 0.4
	},
	{ day: '2026-11-10', rows: 137, event: 37015, took: 1.6 },
	{ day: '2026-11-09', rows: 136, event: 35522, took: 1.8 },
	{ day: '2026-11-06', rows: 133, event: 34190, took: 1.7 },
	{ day: '2026-11-05', rows: 134, event: 32871, took: 1.6 },
	{ day: '2026-11-04', rows: 131, event: 31446, took: 1.7 }
];

const run = (told: Told, at: number, reportId: number) => {
	const status = told.status ?? 'SUCCESS';
	const begun = Date.parse(`${told.day}T07:00:00Z`);
	const isMade = status === 'SUCCESS' || status === 'PARTIAL';
	return {
		id: 200 - at,
		report_id: reportId,
		report_version: 3,
		status,
		trigger: 'schedule',
		scheduled_for: `${told.day}T07:00:00.000000Z`,
		created_at: `${told.day}T07:00:00.000000Z`,
		started_at: told.took ? new Date(begun).toISOString() : null,
		finished_at: told.took ? new Date(begun + told.took * 1000).toISOString() : null,
		requested_by: null as { id: number; name: string } | null,
		reason: told.reason ?? null,
		rows: told.rows ?? null,
		bytes: isMade ? 184_000 : null,
		truncated: false,
		as_of: told.event ? `1.${told.event}` : null,
		attempt: status === 'FAILED' ? 3 : 1,
		sent: isMade ? (told.sent ?? 6) : 0,
		addressed: isMade ? 6 : 0,
		next_try_at: null as string | null,
		error: status === 'FAILED' ? { code: 'timeout', message: told.reason ?? '' } : null,
		progress: null as { stage: string; part: number | null } | null,
		version: 4
	};
};

/** The runs of a report, newest first: one by hand under way, then a row for each slot. */
export const runsOf = (reportId: number) => [
	{
		...run({ day: '2026-11-20' }, -1, reportId),
		status: 'RUNNING',
		trigger: 'manual',
		scheduled_for: null,
		created_at: '2026-11-20T09:40:58.000000Z',
		started_at: '2026-11-20T09:40:58.800000Z',
		finished_at: null,
		requested_by: { id: 1, name: 'Mara Velling' },
		sent: 0,
		addressed: 0,
		bytes: null,
		progress: { stage: 'Rendering the PDF', part: 0.64 }
	},
	...TOLD.map((told, at) => run(told, at, reportId))
];

const BARS = ['Depot', 'Scanner', 'Labels'].map((project, at) => ({
	project,
	count: [61, 52, 35][at]
}));

/** What a run made, for everybody who may see everything. */
export const editionOf = (runId: number) => ({
	id: 7,
	run_id: runId,
	report_id: 1,
	report_version: 3,
	scope_label: 'everything',
	as_of: '1.47902',
	moment: '2026-11-20T07:00:00.000000Z',
	day: '2026-11-20',
	tz: 'Europe/Berlin',
	values: {},
	rows: 148,
	truncated: false,
	fingerprint: '9f2c61d4a0b84e7d9f2c61d4a0b84e7d9f2c61d4a0b84e7d9f2c61d4a0b84e7d',
	columns: [
		{ name: 'key', type: 'text', title: 'Key' },
		{ name: 'title', type: 'text', title: 'Title' },
		{ name: 'status', type: 'text', title: 'Status' }
	],
	head: Array.from({ length: 20 }, (_, at) => [
		`SCN-${212 - at}`,
		`Scanner freezes after about ${200 - at} scans`,
		'Open'
	]),
	figures: [
		{ label: 'Issues', value: '148' },
		{ label: 'Overdue', value: '7' }
	],
	lines: [],
	remarks: [],
	charts: [
		{
			title: 'Issues by project',
			picture: 'chart-1.png',
			spec: {
				$schema: 'https://vega.github.io/schema/vega-lite/v6.json',
				data: { name: 'rows', values: BARS },
				width: 420,
				height: { step: 24 },
				autosize: { type: 'fit-x', contains: 'padding' },
				config: { background: 'white', axis: { domain: false, ticks: false, title: null } },
				mark: { type: 'bar', color: '#3a4fd0', height: 14 },
				encoding: {
					y: { field: 'project', type: 'nominal', sort: null },
					x: { field: 'count', type: 'quantitative', axis: null }
				}
			}
		}
	],
	checks: [{ kind: 'row_count', ok: true, stops: false, text: '148 rows, 1 at least' }],
	changes: {
		since: { edition_id: 6, run_id: 199, moment: '2026-11-19T07:00:00.000000Z', as_of: '1.46118' },
		rows: {
			n_added: 9,
			n_gone: 4,
			n_changed: 2,
			n_unchanged: 137,
			added: [
				{ key: ['SCN-212'], label: 'Scanner freezes after about 200 scans', fields: [] },
				{ key: ['DEP-418'], label: 'Dock calendar shows two clocks', fields: [] }
			],
			gone: [{ key: ['LBL-88'], label: 'Barcode quiet zone is too small', fields: [] }],
			changed: [
				{
					key: ['DEP-395'],
					label: 'Session expires mid pick list',
					fields: [{ field: 'status', before: 'Open', after: 'In progress' }]
				}
			]
		},
		figures: [{ label: 'Overdue', before: '5', after: '7', difference: '+2' }],
		restated: [{ what: '18 Nov 2026: Done', before: '12', after: '13' }],
		sentence: '9 new, 4 gone, 2 changed; Overdue 5 → 7 since 19 Nov 2026, 08:00.'
	},
	files: [
		{
			id: 'b0000000-0000-4000-8000-000000000001',
			format: 'pdf',
			name: 'weekday-triage-summary-2026-11-20.pdf',
			content_type: 'application/pdf',
			bytes: 84_200,
			sha256: '5be1c0a5d4e1f0a1b2c35be1c0a5d4e1f0a1b2c35be1c0a5d4e1f0a1b2c35be1',
			available: true
		},
		{
			id: 'b0000000-0000-4000-8000-000000000002',
			format: 'xlsx',
			name: 'weekday-triage-summary-2026-11-20.xlsx',
			content_type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
			bytes: 31_700,
			sha256: 'a41f0a1b2c35be1c0a5d4e1f0a1b2c35be1c0a5d4e1f0a1b2c35be1c0a5d4e1f',
			available: true
		}
	]
});
