import type { BrowserContext, Page, Route } from '@playwright/test';
import { MARA } from './mock.ts';

/** One issue with its timeline, as the pictures have it, and a small server for it: for tests of its page alone. */
export const PEOPLE = {
	mara: { id: 1, name: 'Mara Velling' },
	tomo: { id: 2, name: 'Tomo Adeyar' },
	lea: { id: 4, name: 'Lea Sommerlin' },
	priya: { id: 5, name: 'Priya Sandaru' },
	yuki: { id: 6, name: 'Yuki Halvar' }
};
export const KEY = 'SCN-212';
export const NOW = '2026-11-20T09:41:00.000Z';

export const day = (date: number, time: string): string => `2026-11-${date}T${time}:00.000000Z`;

const CODE = [
	'// PreviewDialog.close(), build 4.2.0-rc3',
	'fun close(early: Boolean) {',
	'    if (early) return        // bitmap stays referenced',
	'    preview.recycle()',
	'}',
	'',
	'override fun onCancel() = close(early = true)'
].join('\n');

const PICTURE = 'aaaaaaaa-0000-4000-8000-000000000001';

export const issueOf = (over: object = {}) => ({
	id: 212,
	key: KEY,
	project: 'SCN',
	title: 'Scanner freezes after about 200 scans in one session',
	description: `Since \`4.2.0-rc3\` the handheld stops reacting.\n\n\`\`\`\n${CODE}\n\`\`\``,
	description_html: `<p>Since <code>4.2.0-rc3</code> the handheld stops reacting after roughly 200 scans without leaving the pick list. The beep still sounds, the counter stays. Only a restart of the app helps; the last scans are then missing from the list.</p><pre><code>${CODE}</code></pre>`,
	status: 'IN_PROGRESS',
	resolution: null,
	severity: 'CRITICAL',
	priority: 'URGENT',
	reporter: PEOPLE.lea,
	assignee: PEOPLE.yuki,
	labels: ['regression', 'scanner'],
	due_on: '2026-11-20',
	watchers_count: 6,
	comments_count: 2,
	attachments_count: 3,
	watching: true,
	version: 7,
	created_at: day(17, '14:12'),
	updated_at: day(20, '09:40'),
	done_at: null,
	status_since: day(20, '09:40'),
	...over
});

export const commentOf = (
	id: number,
	author: object,
	at: string,
	text: string,
	over: object = {}
) => ({
	id,
	issue: KEY,
	body: text,
	body_html: `<p>${text}</p>`,
	kind: 'comment',
	author,
	version: 1,
	created_at: at,
	updated_at: at,
	...over
});

const comments = [
	commentOf(
		1,
		PEOPLE.yuki,
		day(19, '16:21'),
		'Reproduced on handheld 07 and 11. It needs the preview to be cancelled, not confirmed. About one in four scans does that on a truck.'
	),
	commentOf(
		2,
		PEOPLE.priya,
		day(20, '09:40'),
		'Heap grows by 1.1 MB per scan. The preview bitmap is never released when the dialog closes early, so line 43 is the one. Same pattern as DEP-377.',
		{ kind: 'analysis' }
	)
];

export const fileOf = (
	id: string,
	name: string,
	bytes: number,
	uploader: object,
	at: string,
	inline: boolean
) => ({
	id,
	issue: KEY,
	name,
	content_type: inline ? 'image/png' : 'text/plain',
	bytes,
	sha256: '00',
	inline,
	thumbnail: inline,
	uploader,
	created_at: at
});

const files = [
	fileOf(PICTURE, 'two-handhelds-side-by-side.png', 412_000, PEOPLE.lea, day(17, '14:12'), true),
	fileOf(
		'aaaaaaaa-0000-4000-8000-000000000002',
		'handheld-07.log',
		1_900_000,
		PEOPLE.lea,
		day(17, '14:13'),
		false
	),
	fileOf(
		'aaaaaaaa-0000-4000-8000-000000000003',
		'heap-after-212-scans.png',
		88_000,
		PEOPLE.priya,
		day(20, '09:39'),
		true
	)
];

const change = (
	id: number,
	actor: object,
	at: string,
	changed: object,
	type = 'issue.updated',
	detail = {}
) => ({
	id,
	type,
	at,
	actor,
	changed,
	detail
});

const history = [
	change(1, PEOPLE.lea, day(17, '14:12'), {}, 'issue.created'),
	change(2, PEOPLE.mara, day(18, '10:04'), { severity: { old: 'HIGH', new: 'CRITICAL' } }),
	change(3, PEOPLE.yuki, day(19, '16:21'), {}, 'comment.created'),
	change(4, PEOPLE.priya, day(20, '09:39'), {}, 'attachment.created', {
		attachment: { id: files[2]?.id, name: 'heap-after-212-scans.png' }
	}),
	change(5, PEOPLE.priya, day(20, '09:40'), {}, 'comment.created')
];

const moves = [
	['OPEN', 'TRIAGED'],
	['OPEN', 'IN_PROGRESS'],
	['TRIAGED', 'OPEN'],
	['TRIAGED', 'IN_PROGRESS'],
	['TRIAGED', 'DONE'],
	['IN_PROGRESS', 'TRIAGED'],
	['IN_PROGRESS', 'DONE'],
	['DONE', 'OPEN'],
	['DONE', 'IN_PROGRESS']
];

const SVG =
	'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 190"><rect width="300" height="190" fill="#2b3038"/><rect x="34" y="14" width="100" height="168" rx="10" fill="#f4f5f7"/><rect x="166" y="14" width="100" height="168" rx="10" fill="#9aa1ad"/></svg>';

const page = (items: readonly unknown[]) => ({ items, next: null, total: items.length });

/** What the small server holds, and what it was asked to do. */
export interface Scene {
	issue: ReturnType<typeof issueOf>;
	comments: object[];
	asked: { method: string; path: string; body: unknown }[];
	/** An answer that comes instead, once: `PATCH /api/issues/SCN-212` → status and body. */
	refuse: Record<string, { status: number; body: object }>;
}

export const reporter = {
	...MARA,
	id: PEOPLE.lea.id,
	name: PEOPLE.lea.name,
	role: 'REPORTER',
	projects: [{ id: 2, key: 'SCN', name: 'Scanner', role: 'REPORTER' }]
};

export async function issueServer(context: BrowserContext, over: object = {}): Promise<Scene> {
	const scene: Scene = { issue: issueOf(over), comments: [...comments], asked: [], refuse: {} };
	await context.route(/\/api\/(issues\/SCN-212|attachments|comments|projects\/SCN\/)/, (route) =>
		answer(route, scene)
	);
	return scene;
}

function answer(route: Route, scene: Scene): Promise<void> {
	const request = route.request();
	const { pathname: path } = new URL(request.url());
	const method = request.method();
	if (path.includes('/attachments') && method === 'POST') return json(route, 201, files[0] ?? {});
	if (method !== 'GET') scene.asked.push({ method, path, body: request.postDataJSON() });
	const refusal = scene.refuse[`${method} ${path}`];
	if (refusal) scene.refuse = {};
	if (refusal) return json(route, refusal.status, refusal.body);
	if (path.endsWith('/content') || path.endsWith('/thumbnail'))
		return route.fulfill({ contentType: 'image/svg+xml', body: SVG });
	if (path.endsWith('/people'))
		return json(route, 200, {
			items: Object.values(PEOPLE).map((person) => ({ ...person, role: 'MAINTAINER' }))
		});
	if (path.endsWith('/labels'))
		return json(route, 200, {
			items: [
				{ name: 'scanner', color: '#5b7cd6' },
				{ name: 'regression', color: '#c2557a' },
				{ name: 'sync', color: '#2f93a8' }
			]
		});
	if (path.endsWith('/workflow'))
		return json(route, 200, {
			transitions: moves.flatMap(([from, to]) => [
				{ role: 'ADMIN', from, to },
				{ role: 'MAINTAINER', from, to }
			]),
			wip_limits: {},
			version: 1
		});
	if (path.endsWith('/history')) return json(route, 200, page(history));
	if (path.endsWith('/attachments')) return json(route, 200, page(files));
	if (path.endsWith('/comments')) return thread(route, scene, method);
	return issue(route, scene, method);
}

function thread(route: Route, scene: Scene, method: string): Promise<void> {
	if (method === 'GET') return json(route, 200, page(scene.comments));
	const { body, kind } = route.request().postDataJSON() as { body: string; kind: string };
	const said = commentOf(50 + scene.comments.length, PEOPLE.mara, day(20, '09:41'), body, { kind });
	scene.comments.push(said);
	return json(route, 201, said);
}

function issue(route: Route, scene: Scene, method: string): Promise<void> {
	if (method === 'PATCH') {
		const patch = route.request().postDataJSON() as Record<string, unknown>;
		const { issue: held } = scene;
		scene.issue = { ...held, ...patch, version: held.version + 1 } as Scene['issue'];
	}
	if (method === 'DELETE' || method === 'PUT') return route.fulfill({ status: 204 });
	return json(route, 200, scene.issue);
}

const json = (route: Route, status: number, body: object): Promise<void> =>
	route.fulfill({
		status,
		contentType: status < 400 ? 'application/json' : 'application/problem+json',
		headers: { 'X-Trackly-Cursor': '1.7' },
		body: JSON.stringify(body)
	});

let seq = 100;

/** Writes an event to the page's stream. */
export async function push(
	page: Page,
	type: string,
	actor: object,
	body: object,
	at = day(20, '09:41')
): Promise<void> {
	seq += 1;
	const data = JSON.stringify({ type, at, actor, ...body });
	await page.evaluate(
		(frame) => (window as unknown as { pushFrames(text: string): void }).pushFrames(frame),
		`id: 1.${seq}\nevent: ${type}\ndata: ${data}\n\n`
	);
}
