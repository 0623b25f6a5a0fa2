import type { BrowserContext } from '@playwright/test';
import { summary } from './feed.ts';
import { PEOPLE } from './scene.ts';

/** Numbers of a month, as the pictures have them, and a small server for them: for tests of Insights alone. */
const LAST = Date.UTC(2026, 10, 20);
const DAY_MS = 86_400_000;
const iso = (back: number) => new Date(LAST - back * DAY_MS).toISOString().slice(0, 10);

const CREATED = [5, 11, 9, 12, 14, 2, 4, 10, 12, 9, 13, 11, 2, 3];
const DONE = [3, 9, 12, 13, 7, 1, 2, 11, 9, 12, 10, 8, 2, 1];

const dayOf = (back: number) => {
	const created = CREATED[back % CREATED.length] ?? 0;
	const done = DONE[back % DONE.length] ?? 0;
	return {
		day: iso(back),
		partial: back === 0,
		created,
		done,
		triaged: 2,
		started: 3,
		reopened: back % 3,
		open: 148 - back
	};
};

const daily = (from: string, to: string) => ({
	from_day: from,
	to_day: to,
	as_of: summary.as_of,
	timezone: 'Europe/Berlin',
	items: Array.from({ length: 180 }, (_, n) => dayOf(179 - n)).filter(
		({ day }) => day >= from && day <= to
	)
});

const flowDay = (back: number) => ({
	day: iso(back),
	partial: back === 0,
	created: CREATED[back % CREATED.length],
	throughput: DONE[back % DONE.length],
	OPEN: 98 - Math.round(back * 0.4),
	TRIAGED: 41 - (back % 5),
	IN_PROGRESS: 9 + (back % 3),
	DONE: Math.max(12, 168 - Math.round(back * 5.3))
});

/** The same points each time: a small generator with a fixed start. */
function pointsOf(n: number) {
	let state = 7;
	const next = () => (state = (state * 16807) % 2147483647) / 2147483647;
	return Array.from({ length: n }, (_, at) => {
		const days = Math.round((0.2 + next() ** 3 * 14) * 100) / 100;
		const done = LAST + 0.4 * DAY_MS - next() * 29 * DAY_MS;
		return {
			key: `SCN-${at + 10}`,
			title: `Issue ${at}`,
			started_at: new Date(done - days * DAY_MS).toISOString(),
			done_at: new Date(done).toISOString(),
			days
		};
	});
}

const old = (key: string, title: string, days: number, assignee: object) => ({
	key,
	title,
	severity: 'HIGH',
	priority: 'MEDIUM',
	assignee,
	started_at: new Date(LAST - days * DAY_MS).toISOString(),
	days,
	past_p85: days > 6.1
});

const flow = (from: string, to: string) => ({
	from_day: from,
	to_day: to,
	as_of: summary.as_of,
	timezone: 'Europe/Berlin',
	throughput: 168,
	cycle_time: {
		p50: 2.4,
		p85: 6.1,
		p95: 11.8,
		issues: 168,
		without_start: 4,
		truncated: false,
		points: pointsOf(168),
		previous: { p50: 3, p85: 7, p95: 12, issues: 140 }
	},
	days: Array.from({ length: 180 }, (_, n) => flowDay(179 - n)).filter(
		({ day }) => day >= from && day <= to
	),
	ageing: {
		total: 9,
		past_p85: 3,
		items: [
			old('LBL-88', 'Barcode quiet zone is too small', 12, PEOPLE.tomo),
			old('LBL-91', 'Return slip cuts off the fourth line', 9, PEOPLE.mara),
			old('DEP-393', 'Two clocks on the dock calendar', 7, PEOPLE.priya),
			old('SCN-205', 'Torch stays on', 3.2, PEOPLE.priya),
			old('DEP-395', 'Session expires mid pick list', 2.1, PEOPLE.mara),
			old('SCN-208', 'Pick list ignores the aisle order', 1, PEOPLE.yuki)
		]
	}
});

/** Call after `feedServer`, whose figures and proofs it goes on with. */
export async function insightsServer(context: BrowserContext): Promise<string[]> {
	const asked: string[] = [];
	await context.route(/\/api\/stats\/(daily|flow)/, async (route) => {
		const url = new URL(route.request().url());
		asked.push(url.pathname + url.search);
		const from = url.searchParams.get('from') ?? iso(29);
		const to = url.searchParams.get('to') ?? iso(0);
		await route.fulfill({
			json: url.pathname.endsWith('daily') ? daily(from, to) : flow(from, to)
		});
	});
	return asked;
}
