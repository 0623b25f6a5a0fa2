import type { BrowserContext } from '@playwright/test';
import { MARA } from './mock.ts';
import { commentOf, day, fileOf, issueOf, PEOPLE } from './scene.ts';

/** The log of a day, as the pictures have it, and a small server for it: for tests of the feed alone. */
const { tomo, lea, priya, yuki, mara } = PEOPLE;
const dario = { id: 9, name: 'Dario Vennik' };
const jonas = { id: 10, name: 'Jonas Kettwin' };
const ines = { id: 3, name: 'Ines Harwick' };

const issue = (id: number, key: string, title: string, over: object) =>
	issueOf({
		id,
		key,
		project: key.split('-')[0],
		title,
		assignee: null,
		labels: [],
		due_on: null,
		severity: 'MEDIUM',
		priority: 'MEDIUM',
		...over
	});

export const ISSUES = {
	freeze: issueOf({ labels: ['scanner'] }),
	count: issue(418, 'DEP-418', 'Stock count is off by one when two pickers confirm the same line', {
		status: 'TRIAGED',
		severity: 'HIGH',
		priority: 'URGENT',
		assignee: mara,
		due_on: '2026-11-24'
	}),
	umlauts: issue(97, 'LBL-97', 'Umlauts print as question marks on small labels', {
		status: 'DONE',
		resolution: 'FIXED',
		created_at: day(18, '05:20')
	}),
	csv: issue(431, 'DEP-431', 'CSV import refuses files that use semicolons', {
		status: 'OPEN',
		severity: 'LOW'
	}),
	aisle: issue(208, 'SCN-208', 'Pick list ignores the aisle order after a reconnect', {
		severity: 'HIGH'
	}),
	slots: issue(
		402,
		'DEP-402',
		'Delivery slots shift by one hour in the week after the clock change',
		{
			status: 'TRIAGED',
			due_on: '2026-11-19',
			assignee: ines
		}
	),
	hooks: issue(389, 'DEP-389', 'Webhook retries hammer an endpoint that is gone', {
		status: 'DONE',
		resolution: 'FIXED'
	})
};
type Told = ReturnType<typeof issueOf>;

let seq = 0;
const event = (type: string, at: string, actor: object, of: Told, more: object) => ({
	id: `1.${++seq}`,
	type,
	at,
	actor,
	project: of.project,
	issue: of,
	version: of.version,
	...more
});
const changed = (at: string, actor: object, of: Told, changes: object) =>
	event('issue.updated', at, actor, of, { changed: changes });
const said = (at: string, actor: object, of: Told, text: string) =>
	event('comment.created', at, actor, of, { comment: commentOf(100 + seq, actor, at, text) });
const move = (old: string, now: string) => ({ status: { old, new: now } });

/** What came while Mara was away, oldest first. */
export const away = [
	changed(day(19, '19:20'), jonas, ISSUES.hooks, {
		...move('IN_PROGRESS', 'DONE'),
		resolution: { old: null, new: 'FIXED' }
	}),
	changed(day(19, '22:10'), ines, ISSUES.slots, { assignee: { old: null, new: ines } }),
	said(day(19, '22:12'), ines, ISSUES.slots, 'The week after the clock change is the whole of it.'),
	changed(day(20, '08:01'), jonas, ISSUES.aisle, move('OPEN', 'TRIAGED')),
	changed(day(20, '08:05'), yuki, ISSUES.aisle, move('TRIAGED', 'OPEN')),
	said(day(20, '08:12'), jonas, ISSUES.aisle, 'Only on the handhelds of gate 3.'),
	said(day(20, '08:15'), yuki, ISSUES.aisle, 'And on the truck.'),
	changed(day(20, '08:20'), yuki, ISSUES.aisle, { labels: { old: [], new: ['sync'] } }),
	changed(day(20, '08:47'), yuki, ISSUES.aisle, move('OPEN', 'IN_PROGRESS'))
];

/** What comes after she opened the page, oldest first. */
export const live = [
	event('issue.created', day(20, '09:10'), lea, ISSUES.csv, {}),
	changed(day(20, '09:27'), dario, ISSUES.umlauts, {
		...move('IN_PROGRESS', 'DONE'),
		resolution: { old: null, new: 'FIXED' }
	}),
	changed(day(20, '09:35'), tomo, ISSUES.count, { assignee: { old: null, new: mara } }),
	changed('2026-11-20T09:35:20.000000Z', tomo, ISSUES.count, {
		severity: { old: 'MEDIUM', new: 'HIGH' },
		due_on: { old: null, new: '2026-11-24' }
	}),
	event('attachment.created', day(20, '09:39'), priya, ISSUES.freeze, {
		attachment: fileOf('f', 'heap-after-212-scans.png', 88_000, priya, day(20, '09:39'), true)
	}),
	said(
		day(20, '09:40'),
		priya,
		ISSUES.freeze,
		'Heap grows by 1.1 MB per scan. The preview bitmap is never released when the dialog closes early.'
	),
	changed('2026-11-20T09:40:30.000000Z', yuki, ISSUES.freeze, move('TRIAGED', 'IN_PROGRESS'))
];

const figures = { created: 5, triaged: 2, started: 3, done: 3, reopened: 1, open: 148, overdue: 7 };
const yesterday = { ...figures, created: 4, done: 4, open: 143, overdue: 5 };
export const summary = {
	as_of: '2026-11-20T09:41:12.000000Z',
	timezone: 'Europe/Berlin',
	windows: [],
	today: figures,
	yesterday,
	yesterday_until_now: yesterday,
	change: { ...figures, created: 1, done: -1, open: 5, overdue: 2, reopened: 0 },
	by_status: { OPEN: 98, TRIAGED: 41, IN_PROGRESS: 9, DONE: 168 },
	by_severity: { LOW: 40, MEDIUM: 70, HIGH: 30, CRITICAL: 8 }
};

const mine = [
	ISSUES.count,
	issue(395, 'DEP-395', 'Session expires in the middle of a pick list', {
		priority: 'HIGH',
		assignee: mara,
		due_on: '2026-11-20'
	}),
	issue(61, 'LBL-61', 'Fourth address line is cut off', {
		priority: 'HIGH',
		assignee: mara,
		due_on: '2026-11-18'
	}),
	issue(199, 'SCN-199', 'Confirmation beep stays silent in dock mode', { assignee: mara }),
	issue(70, 'LBL-70', 'Margins differ between printers', { assignee: mara, priority: 'LOW' })
];

/** How far Mara had looked, as the page keeps it. */
export const SEEN = JSON.stringify({ cursor: '1.0', at: '2026-11-19T17:52:00.000Z', looked: {} });

const behind = (figure: string) => ({
	figure,
	definition: 'Moves to Done, each time that it happened',
	from_day: '2026-11-20',
	to_day: '2026-11-20',
	total: 3,
	issues: 3,
	next: null,
	items: [ISSUES.umlauts, ISSUES.hooks, ISSUES.aisle].map((of, at) => ({
		key: of.key,
		issue: of,
		at: day(20, `09:2${7 - at}`),
		change_id: at,
		actor: dario,
		status_before: 'IN_PROGRESS',
		status_after: 'DONE'
	}))
});

export async function feedServer(context: BrowserContext, isNew = false): Promise<void> {
	if (!isNew)
		await context.addInitScript(
			([place, seen]) => localStorage.setItem(place ?? '', seen ?? ''),
			[`feed:${MARA.id}`, SEEN]
		);
	await context.route(/\/api\/(events|stats|issues\?)/, async (route) => {
		const url = new URL(route.request().url());
		const json = (body: object) =>
			route.fulfill({ json: body, headers: { 'X-Trackly-Cursor': '1.9' } });
		if (url.pathname === '/api/stats/summary') return json(summary);
		const figure = /stats\/(\w+)\/items/.exec(url.pathname)?.[1];
		if (figure) return json(behind(figure));
		if (url.pathname.startsWith('/api/stats')) return route.fallback();
		if (url.pathname === '/api/issues') {
			const isLate = url.searchParams.get('q')?.startsWith('is:overdue');
			const items = isLate ? [ISSUES.slots] : mine;
			return json({ items, next: null, total: items.length });
		}
		if (url.searchParams.get('before')) return json({ items: [], next: null, reset: null });
		const items = url.searchParams.get('after') === '1.0' ? away : [];
		return json({ items, next: '1.9', reset: null });
	});
}
