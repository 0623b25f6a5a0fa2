import { afterEach, describe, expect, it, vi } from 'vitest';
import { SqlWriters } from './sql_writers.svelte.ts';

interface Asked {
	what: string;
	answer: (body: unknown, status?: number) => void;
}

/** A server that answers each request when it is told to. */
function server() {
	const asked: Asked[] = [];
	vi.stubGlobal(
		'fetch',
		(path: string, { method = 'GET' }: RequestInit) =>
			new Promise((resolve) => {
				const answer = (body: unknown, status = 200) => resolve(Response.json(body, { status }));
				asked.push({ what: `${method} ${path.replace('/api/sandbox', '')}`, answer });
			})
	);
	return { asked, what: () => asked.map(({ what }) => what) };
}
const writer = (id: number) => ({ user: { id, name: '' }, granted_at: '', granted_by: 1 });
const settle = () => new Promise((resolve) => setTimeout(resolve));
const heard = (userId: number, may: boolean) => ({ kind: 'sql-writer', userId, may }) as const;

afterEach(() => vi.unstubAllGlobals());

/** Loaded with those who have it already. */
async function known(...ids: number[]) {
	const { asked, what } = server();
	const writers = new SqlWriters();
	const loading = writers.load();
	for (const { what: path, answer } of asked)
		answer(path.endsWith('/writers') ? ids.map(writer) : { available: true, reason: null });
	await loading;
	asked.length = 0;
	return { writers, asked, what };
}

describe('who may write SQL', () => {
	it('is not known before it is answered; where SQL is off it says why', async () => {
		const { asked } = server();
		const writers = new SqlWriters();
		const loading = writers.load();
		expect([writers.isKnown, writers.has(4)]).toEqual([false, false]);
		for (const { what, answer } of asked)
			answer(what.endsWith('/writers') ? [writer(4)] : { available: false, reason: 'no role' });
		await loading;
		expect([writers.isKnown, writers.has(4), writers.isOffFor]).toEqual([true, true, 'no role']);
	});

	it('shows at once, and goes back when it is refused', async () => {
		const { writers, asked, what } = await known();
		const setting = writers.set(4, true);
		expect(writers.has(4)).toBe(true);
		asked[0]?.answer({ title: 'Only maintainers can', code: 'not_a_maintainer' }, 409);
		expect((await setting)?.status).toBe(409);
		expect([writers.has(4), what()]).toEqual([false, ['PUT /writers/4']]);
	});

	it('follows the last word, one after the other', async () => {
		const { writers, asked, what } = await known();
		const setting = writers.set(4, true);
		void writers.set(4, false);
		void writers.set(4, true);
		void writers.set(4, false);
		expect(writers.has(4)).toBe(false);
		asked[0]?.answer(writer(4));
		await settle();
		asked[1]?.answer(null);
		await setting;
		expect([writers.has(4), what()]).toEqual([false, ['PUT /writers/4', 'DELETE /writers/4']]);
	});

	it('is read anew when somebody else changed it, and not for what is known here', async () => {
		const { writers, asked, what } = await known(4);
		writers.apply(heard(4, true));
		expect(what()).toEqual([]);
		writers.apply(heard(5, true));
		asked[0]?.answer([writer(4), writer(5)]);
		await settle();
		expect([writers.has(5), what()]).toEqual([true, ['GET /writers']]);
	});

	it('does not go back for a list that was read before the change was made', async () => {
		const { writers, asked, what } = await known(5);
		writers.apply(heard(5, false));
		const setting = writers.set(4, true);
		asked[1]?.answer(writer(4));
		await setting;
		asked[0]?.answer([]);
		await settle();
		expect([writers.has(4), what()]).toEqual([
			true,
			['GET /writers', 'PUT /writers/4', 'GET /writers']
		]);
		asked[2]?.answer([writer(4)]);
		await settle();
		expect([writers.has(4), writers.has(5)]).toEqual([true, false]);
	});
});
