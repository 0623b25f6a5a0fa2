import type { BrowserContext, Route } from '@playwright/test';

/** Answers of a server that is not there, for pictures and for tests of the shell alone. */
export interface Mock {
	me?: object | null;
	demo?: boolean;
	sso?: string | null;
	/** More answers: path → JSON body. They go first. */
	answers?: Record<string, unknown>;
}

export const MARA = {
	id: 1,
	email: 'mara@depot.internal',
	name: 'Mara Velling',
	role: 'ADMIN',
	active: true,
	version: 1,
	created_at: '2026-01-05T08:00:00.000000Z',
	session_id: 'f0f0f0f0-0000-4000-8000-000000000001',
	demo: true,
	preferences: {},
	projects: [
		{ id: 1, key: 'DEP', name: 'Depot', role: 'ADMIN' },
		{ id: 2, key: 'SCN', name: 'Scanner', role: 'ADMIN' },
		{ id: 3, key: 'LBL', name: 'Labels', role: 'ADMIN' }
	]
};

const people = [
	{ name: 'Mara Velling', email: 'maintainer@trackly.com', role: 'MAINTAINER' },
	{ name: 'Lea Sommerlin', email: 'reporter@trackly.com', role: 'REPORTER' },
	{ name: 'Jonas Kettwin', email: 'admin@trackly.com', role: 'ADMIN' }
];

const sessions = [
	{
		id: MARA.session_id,
		created_at: '2026-11-20T08:00:00.000000Z',
		last_seen_at: '2026-11-20T09:41:00.000000Z',
		expires_at: '2026-11-27T08:00:00.000000Z',
		ip: '127.0.0.1',
		user_agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
		kind: 'browser',
		current: true
	},
	{
		id: 'f0f0f0f0-0000-4000-8000-000000000002',
		created_at: '2026-11-18T08:00:00.000000Z',
		last_seen_at: '2026-11-19T17:52:00.000000Z',
		expires_at: '2026-11-25T08:00:00.000000Z',
		ip: '10.0.0.7',
		user_agent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1',
		kind: 'browser',
		current: false
	}
];

const tokens = [
	{
		id: 'a0a0a0a0-0000-4000-8000-000000000001',
		name: 'Nightly import',
		scopes: ['read', 'write'],
		created_at: '2026-10-01T08:00:00.000000Z',
		expires_at: '2027-01-01T08:00:00.000000Z',
		last_used_at: '2026-11-20T02:00:00.000000Z'
	}
];

const json = (route: Route, body: unknown, status = 200) =>
	route.fulfill({
		status,
		contentType: status < 400 ? 'application/json' : 'application/problem+json',
		headers: { 'X-Trackly-Cursor': '1.7', 'X-Request-ID': 'req-1' },
		body: JSON.stringify(body)
	});

const problem = (status: number, code: string) => ({
	type: 'about:blank',
	title: code,
	status,
	code,
	detail: code,
	request_id: 'req-1'
});

/** Puts the mock before the network of a context. */
export async function mockServer(context: BrowserContext, mock: Mock = {}): Promise<void> {
	const { me = MARA, demo = false, sso = null, answers = {} } = mock;
	const fixed: Record<string, unknown> = {
		'/readyz': { status: 'ready' },
		'/health': { status: 'healthy', version: '1.0.0' },
		'/api/auth/providers': {
			google: { enabled: sso !== null, name: sso ?? '' },
			demo: demo ? { people: people.map((person) => ({ ...person, password: 'x' })) } : null
		},
		'/api/issues': { items: [], next: null, total: 0 },
		'/api/notifications': { items: [], next: null, unread: 0 },
		'/api/issues/stats/by-status': { OPEN: 64, TRIAGED: 48, IN_PROGRESS: 36, DONE: 210 },
		'/api/auth/sessions': { items: sessions, next: null, total: 2 },
		'/api/auth/tokens': { items: tokens, next: null, total: 1 },
		'/api/projects': { items: MARA.projects, next: null, total: 3 },
		...answers
	};
	await context.addInitScript(fakeStream);
	await context.route(/^https?:\/\/[^/]+\/(api|readyz|health)/, async (route) => {
		const { pathname } = new URL(route.request().url());
		if (pathname in fixed) return json(route, fixed[pathname]);
		if (/^\/api\/(projects\/\w+\/)?labels$/.test(pathname)) return json(route, { items: [] });
		if (pathname === '/api/auth/me' && me) return json(route, me);
		if (pathname === '/api/auth/refresh' && me) return json(route, { expires_in: 1800 });
		if (route.request().method() === 'DELETE' && me) return route.fulfill({ status: 204 });
		if (pathname.startsWith('/api/auth/')) return json(route, problem(401, 'unauthenticated'), 401);
		return json(route, problem(404, 'not_found'), 404);
	});
}

/**
 * A stream that stands, in the page itself: `pushFrames(text)` on the window writes to it, `endStream()` ends it.
 * Requests of a SharedWorker cannot be mocked, so there is none.
 */
function fakeStream() {
	const page = window as unknown as Record<string, unknown>;
	delete page.SharedWorker;
	const real = window.fetch.bind(window);
	const text = new TextEncoder();
	const greeting =
		'id: 1.7\nevent: hello\ndata: {"cursor":"1.7","floor":"1.1"}\n\nevent: sync\ndata: {}\n\n';
	let open: ReadableStreamDefaultController<Uint8Array> | null = null;
	page.pushFrames = (frames: string) => open?.enqueue(text.encode(frames));
	page.endStream = () => open?.close();
	window.fetch = async (input, init) => {
		const isPage = new Headers(init?.headers).get('Accept') === 'application/json';
		if (!String(input).startsWith('/api/events') || isPage) return real(input, init);
		const body = new ReadableStream<Uint8Array>({
			start(controller) {
				open = controller;
				controller.enqueue(text.encode(greeting));
				init?.signal?.addEventListener('abort', () => controller.error(new Error('aborted')));
			}
		});
		return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
	};
}
