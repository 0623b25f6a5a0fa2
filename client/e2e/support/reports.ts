import type { BrowserContext, Route } from '@playwright/test';
import {
	ABILITIES,
	CATALOG,
	nextFive,
	PREVIEW,
	READY,
	REPORTS,
	SCHEMA,
	TZ,
	whole,
	WORDS
} from './reports_data.ts';
import { editionOf, runsOf } from './reports_runs.ts';
import { PEOPLE } from './scene.ts';

/** A small server for the reports of the pictures: for tests of their pages alone. */
export interface ReportScene {
	reports: ReturnType<typeof whole>[];
	runs: ReturnType<typeof runsOf>;
	readyMade: typeof READY;
	abilities: typeof ABILITIES;
	asked: { method: string; path: string; body: unknown }[];
	/** An answer that comes instead, once: `PATCH /api/reports/1` → status and body. */
	refuse: Record<string, { status: number; body: object }>;
}

export async function reportServer(
	context: BrowserContext,
	over: Partial<ReportScene> = {}
): Promise<ReportScene> {
	const scene: ReportScene = {
		reports: REPORTS.map(whole),
		runs: runsOf(1),
		readyMade: READY,
		abilities: ABILITIES,
		asked: [],
		refuse: {},
		...over
	};
	await context.route(/\/api\/(reports|runs|datasets|data-sources|sandbox|users|shares)/, (route) =>
		answer(route, scene)
	);
	return scene;
}

const page = (items: readonly unknown[], next: string | null = null) => ({
	items,
	next,
	total: items.length
});

function answer(route: Route, scene: ReportScene): Promise<void> {
	const request = route.request();
	const { pathname: path } = new URL(request.url());
	const method = request.method();
	if (method !== 'GET') scene.asked.push({ method, path, body: request.postDataJSON() });
	const refusal = scene.refuse[`${method} ${path}`];
	if (refusal) {
		scene.refuse = {};
		return json(route, refusal.status, refusal.body);
	}
	const fixed: Record<string, unknown> = {
		'/api/datasets': { items: CATALOG },
		'/api/data-sources': page([]),
		'/api/sandbox/schema': SCHEMA,
		'/api/sandbox/check': { sql: '', parameters: [], tables: [] },
		'/api/users': page(Object.values(PEOPLE).map((one) => ({ ...one, role: 'MAINTAINER' }))),
		'/api/reports/abilities': scene.abilities,
		'/api/reports/ready-made': page(scene.readyMade),
		'/api/reports/preview': PREVIEW,
		'/api/reports/template/preview': WORDS,
		'/api/reports/schedule/preview': {
			cron: '0 8 * * 1-5',
			when: 'every weekday at 08:00',
			tz: TZ,
			wait_for: null,
			wait_until: null,
			next: nextFive(),
			note: null
		}
	};
	if (path in fixed) return json(route, 200, fixed[path] as object);
	return path.startsWith('/api/runs') ? ofRun(route, scene, path) : ofReport(route, scene, path);
}

function ofReport(route: Route, scene: ReportScene, path: string): Promise<void> {
	const request = route.request();
	const method = request.method();
	const [, id, what] = /^\/api\/reports(?:\/(\d+))?(?:\/(.+))?$/.exec(path) ?? [];
	const held = scene.reports.find((report) => report.id === Number(id));
	if (id === undefined && method === 'GET') return json(route, 200, page(scene.reports));
	if (id === undefined) {
		const [usual = scene.reports[0]] = REPORTS.map(whole);
		const made = {
			...usual,
			...request.postDataJSON(),
			schedule: usual?.schedule,
			id: 8,
			version: 1
		};
		scene.reports = [...scene.reports, made];
		return json(route, 201, made);
	}
	if (!held)
		return json(route, 404, { code: 'report_not_found', title: 'There is no such report' });
	if (what === 'runs') return json(route, 200, page(held.id === 1 ? scene.runs : [], 'older'));
	if (what === 'run' || what === 'test') return json(route, 202, scene.runs[0] ?? {});
	if (method === 'PATCH') {
		const patch = route.request().postDataJSON();
		const recipients = (patch.recipients ?? held.recipients).map(shownRecipient);
		const version = held.version + 1;
		const next = { ...held, ...patch, recipients, schedule: held.schedule, version };
		scene.reports = scene.reports.map((report) => (report === held ? next : report));
		return json(route, 200, next);
	}
	return json(route, 200, held);
}

/** A secret goes in and never comes out. */
const shownRecipient = ({ secret, ...recipient }: Record<string, unknown>) =>
	secret ? { ...recipient, has_secret: true } : recipient;

function ofRun(route: Route, scene: ReportScene, path: string): Promise<void> {
	const [, id, what] = /^\/api\/runs\/(\d+)(?:\/(.+))?$/.exec(path) ?? [];
	const run = scene.runs.find((one) => one.id === Number(id));
	if (what === 'events')
		return route.fulfill({
			contentType: 'text/event-stream',
			body: `event: run\ndata: ${JSON.stringify(run)}\n\n`
		});
	if (what === 'editions') return json(route, 200, page([editionOf(Number(id))]));
	if (!run) return json(route, 404, { code: 'run_not_found', title: 'There is no such run' });
	return json(route, 200, receiptOf(run));
}

const receiptOf = (run: object) => ({
	...run,
	report: { id: 1, name: 'Weekday triage summary' },
	report_version: 3,
	parameters: {},
	moment: '2026-11-20T07:00:00.000000Z',
	files: [],
	deliveries: [
		['email', 'mara@depot.internal', 1, 'sent', '250 2.0.0 Ok: queued as 4F2A1'],
		['email', 'yuki@depot.internal', 6, 'sent', '250 2.0.0 Ok: queued as 4F2A2'],
		['email', 'ines@depot.internal', null, 'failed', '452 4.2.2 Mailbox full'],
		['webhook', 'wall-screen', null, 'sent', '204']
	].map(([channel, address, user_id, state, answer], at) => ({
		id: at + 1,
		ref: 'report_run:1',
		channel,
		address,
		user_id,
		state,
		final: true,
		attempts: 1,
		answer,
		message_id: null,
		next_try_at: null,
		sent_at: state === 'sent' ? '2026-11-20T07:00:02.000000Z' : null,
		version: 1
	})),
	log: [
		['info', 'Read 148 rows as of event 47,902'],
		['info', 'Rendered 2 files in 1.2 s'],
		['warning', 'ines@depot.internal: mailbox full']
	].map(([level, text], at) => ({ at: `2026-11-20T07:00:0${at}.000000Z`, level, text }))
});

const json = (route: Route, status: number, body: object): Promise<void> =>
	route.fulfill({
		status,
		contentType: status < 400 ? 'application/json' : 'application/problem+json',
		headers: { 'X-Trackly-Cursor': '1.7' },
		body: JSON.stringify(status < 400 ? body : { status, ...body })
	});
