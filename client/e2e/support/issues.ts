import type { BrowserContext } from '@playwright/test';
import { MARA } from './mock.ts';
import rows from './sample.json' with { type: 'json' };

/** Issues as the pictures have them, and a small server for them: for tests of the list, the board and the form alone. */
const NOW = new Date('2026-11-20T09:41:00Z').getTime();
const MIN = 60_000;
const DAY = 24 * 60 * MIN;

const PEOPLE = {
	MV: { id: 1, name: 'Mara Velling' },
	TA: { id: 2, name: 'Tomo Adeyar' },
	IH: { id: 3, name: 'Ines Harwick' },
	JK: { id: 4, name: 'Jonas Kettwin' },
	PS: { id: 5, name: 'Priya Sandaru' },
	YH: { id: 6, name: 'Yuki Halvar' },
	DV: { id: 9, name: 'Dario Vennik' },
	LS: { id: 10, name: 'Lea Sommerlin' }
};
type Initials = keyof typeof PEOPLE;

const LABELS: Record<string, string> = {
	scanner: '#5b7cd6',
	sync: '#2f93a8',
	regression: '#c2557a',
	ux: '#6d8f3f',
	api: '#5f7284',
	printing: '#b0762b',
	labels: '#b0762b',
	performance: '#a65f9c',
	import: '#8a6fc9'
};

const at = (ms: number) => new Date(NOW - ms).toISOString().replace('Z', '000Z');

type Row = [
	key: string,
	title: string,
	status: string,
	priority: string,
	severity: string,
	labels: string,
	comments: number,
	due: string,
	who: Initials | '',
	age: number,
	held: number
];

const ROWS = rows as Row[];

export interface SampleIssue extends Record<string, unknown> {
	id: number;
	key: string;
	project: string;
	title: string;
	status: string;
	priority: string;
	version: number;
	updated_at: string;
}

export const sample = (): SampleIssue[] => ROWS.map(issueOf);

function issueOf(row: Row, index: number): SampleIssue {
	const [key, title, status, priority, severity, labels, comments, due, who, age, held] = row;
	return {
		id: 1000 - index,
		key,
		project: key.split('-')[0] ?? '',
		title,
		status,
		resolution: status === 'DONE' ? 'FIXED' : null,
		severity,
		priority,
		reporter: PEOPLE.LS,
		assignee: who === '' ? null : PEOPLE[who],
		labels: labels.split(' '),
		due_on: due || null,
		watchers_count: 1,
		comments_count: comments,
		attachments_count: 0,
		version: 3,
		created_at: at(20 * DAY),
		updated_at: at(age),
		done_at: status === 'DONE' ? at(held) : null,
		status_since: at(held)
	};
}

/** Many more, for what has to stay quick. */
export const many = (n: number): SampleIssue[] =>
	Array.from({ length: n }, (_, index) => ({
		...issueOf(ROWS[index % ROWS.length] ?? (ROWS[0] as Row), index),
		id: n - index,
		key: `DEP-${n - index}`,
		project: 'DEP'
	}));

interface Served {
	issues?: SampleIssue[];
	/** Answers 409 to this status. */
	refuses?: string;
	/** What else happens to be asked: method and path → answer. */
	answers?: Record<string, { status?: number; body?: unknown }>;
}

/** Puts the issues before the network of a context, over the answers of `mockServer`. */
export async function serveIssues(
	context: BrowserContext,
	served: Served = {}
): Promise<SampleIssue[]> {
	const issues = served.issues ?? sample();
	await context.route(/\/api\/(issues|projects|stats)(\/|\?|$)/, async (route) => {
		const request = route.request();
		const url = new URL(request.url());
		const fixed = served.answers?.[`${request.method()} ${url.pathname}`];
		const reply = (body: unknown, status = 200) =>
			route.fulfill({
				status,
				contentType: status < 400 ? 'application/json' : 'application/problem+json',
				headers: { 'X-Trackly-Cursor': '1.7', 'X-Request-ID': 'req-1' },
				body: JSON.stringify(body)
			});
		if (fixed) return reply(fixed.body ?? {}, fixed.status);
		const path = url.pathname;
		if (request.method() === 'GET' && path === '/api/issues') return reply(pageOf(issues, url));
		if (path === '/api/stats/flow') return reply({ cycle_time: { p85: 7 } });
		const labels = Object.entries(LABELS).map(([name, color]) => ({ name, color }));
		if (path === '/api/labels')
			return reply({ items: MARA.projects.map(({ key }) => ({ project: key, labels })) });
		if (/\/labels$/.test(path) && path.startsWith('/api/projects')) return reply({ items: labels });
		if (/\/people$/.test(path))
			return reply({ items: Object.values(PEOPLE).map((one) => ({ ...one, role: 'MAINTAINER' })) });
		if (/\/workflow$/.test(path)) return reply(workflow(path));
		const key = /^\/api\/issues\/([A-Z]+-\d+)$/.exec(path)?.[1];
		const issue = issues.find((one) => one.key === key);
		if (issue && request.method() === 'GET')
			return reply({ ...issue, description: '', description_html: '', watching: false });
		if (issue && request.method() === 'PATCH') {
			const patch = request.postDataJSON() as Record<string, unknown>;
			if (patch.status !== undefined && patch.status === served.refuses)
				return reply(
					{
						title: 'The issue can’t go from this status to that one',
						status: 409,
						code: 'illegal_transition',
						from: issue.status,
						to: patch.status,
						legal: ['TRIAGED', 'IN_PROGRESS']
					},
					409
				);
			Object.assign(issue, patch, { version: issue.version + 1, updated_at: at(-MIN) });
			return reply({ ...issue, description: '', description_html: '', watching: false });
		}
		return route.fallback();
	});
	return issues;
}

const workflow = (path: string) => ({
	transitions: [],
	wip_limits: path.includes('DEP')
		? { TRIAGED: 12, IN_PROGRESS: 1 }
		: { TRIAGED: 4, IN_PROGRESS: 2 },
	version: 1
});

function pageOf(issues: readonly SampleIssue[], url: URL) {
	const status = url.searchParams.get('status');
	const project = url.searchParams.get('project');
	const limit = Number(url.searchParams.get('limit') ?? 50);
	const from = Number(url.searchParams.get('after') ?? 0);
	const found = issues.filter(
		(issue) => (!status || issue.status === status) && (!project || issue.project === project)
	);
	const next = from + limit < found.length ? String(from + limit) : null;
	return { items: found.slice(from, from + limit), next, total: found.length };
}
