import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { address, api } from './client.ts';
import { Problem } from './problem.ts';
import { whenSignedOut } from './transport.ts';

const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();
const calls = (path: string) => fetched.mock.calls.filter(([called]) => called === path);
const problem = (status: number, body: object, headers = {}) =>
	new Response(JSON.stringify(body), { status, headers });

beforeEach(() => vi.stubGlobal('fetch', fetched));
afterEach(() => {
	fetched.mockReset();
	vi.unstubAllGlobals();
});

describe('addresses', () => {
	it('leave out what says nothing, and escape the rest', () => {
		expect(address('/api/issues')).toBe('/api/issues');
		expect(
			address('/api/issues', { q: 'a b', status: ['OPEN', 'DONE'], after: null, label: '', n: 0 })
		).toBe('/api/issues?q=a%20b&status=OPEN%2CDONE&n=0');
	});
});

describe('a request', () => {
	it('gives the body and where it was read', async () => {
		fetched.mockResolvedValue(Response.json({ a: 1 }, { headers: { 'X-Trackly-Cursor': '1.9' } }));
		expect(await api.get('/api/x')).toEqual({ data: { a: 1 }, cursor: '1.9' });
	});

	it('carries the key of its intent and the version it is based on', async () => {
		fetched.mockImplementation(async () => new Response(null, { status: 204 }));
		await api.post('/api/x', { a: 1 }, { key: 'k1' });
		await api.patch('/api/x', {}, { version: 3 });
		const headers = fetched.mock.calls.map(([, init]) => init.headers);
		expect(headers[0]).toMatchObject({
			'Idempotency-Key': 'k1',
			'Content-Type': 'application/json'
		});
		expect(headers[1]).toMatchObject({ 'If-Match': '"3"' });
	});

	it('fails with a Problem that knows field, members and request id', async () => {
		const body = {
			type: 'about:blank',
			title: 'Invalid',
			status: 422,
			code: 'invalid_input',
			detail: 'Title is empty',
			request_id: 'r1',
			errors: [{ field: 'title', message: 'is empty' }, { field: 7 }],
			legal: ['TRIAGED']
		};
		fetched.mockResolvedValue(problem(422, body));
		const failed = await api.post('/api/issues', {}).catch((thrown: unknown) => thrown);
		expect(failed).toBeInstanceOf(Problem);
		const { message, code, requestId, members } = failed as Problem;
		expect({ message, code, requestId, members }).toEqual({
			message: 'Title is empty',
			code: 'invalid_input',
			requestId: 'r1',
			members: { legal: ['TRIAGED'] }
		});
		expect((failed as Problem).of('title')).toBe('is empty');
	});

	it('whatever a proxy answers is a Problem too', async () => {
		fetched.mockResolvedValue(
			new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'X-Request-ID': 'r2' } })
		);
		const failed = (await api.get('/api/x').catch((thrown: unknown) => thrown)) as Problem;
		expect(failed).toMatchObject({
			status: 502,
			code: 'http_502',
			requestId: 'r2',
			isPassing: false
		});
	});

	it('no answer at all is passing', async () => {
		fetched.mockRejectedValue(new TypeError('Failed to fetch'));
		const failed = (await api.get('/api/x').catch((thrown: unknown) => thrown)) as Problem;
		expect(failed).toMatchObject({ status: 0, code: 'unreachable', isPassing: true });
	});
});

describe('an old login', () => {
	it('is renewed once for all who meet it, and they try again', async () => {
		let isOld = true;
		fetched.mockImplementation(async (path) => {
			if (path === '/api/auth/refresh') {
				isOld = false;
				return new Response(null, { status: 204 });
			}
			return isOld ? problem(401, { code: 'unauthenticated' }) : Response.json({ path });
		});
		const all = await Promise.all(['/a', '/b', '/c'].map((path) => api.get(path)));
		expect(all.map(({ data }) => data)).toEqual([{ path: '/a' }, { path: '/b' }, { path: '/c' }]);
		expect(calls('/api/auth/refresh')).toHaveLength(1);
	});

	it('that cannot be renewed is over', async () => {
		const over = vi.fn();
		whenSignedOut(over);
		fetched.mockImplementation(async () => problem(401, { code: 'unauthenticated' }));
		await expect(api.get('/a')).rejects.toMatchObject({ status: 401 });
		expect(over).toHaveBeenCalledOnce();
		whenSignedOut(() => undefined);
	});

	it('a wrong password renews nothing', async () => {
		fetched.mockImplementation(async () => problem(401, { code: 'wrong_login' }));
		await expect(api.post('/api/auth/login', {})).rejects.toMatchObject({ code: 'wrong_login' });
		expect(calls('/api/auth/refresh')).toHaveLength(0);
	});
});
