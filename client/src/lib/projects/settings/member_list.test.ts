import { afterEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '#lib/api/problem.ts';
import { MemberList } from './member_list.svelte.ts';

const ada = { user_id: 1, name: 'Ada', role: 'MAINTAINER' } as const;
const ben = { user_id: 2, name: 'Ben', role: 'REPORTER' } as const;
const refusal = new Problem({ status: 503, code: 'unavailable', title: 'Not now' });

/** A server that answers when it is told to; what was asked of it, and what was given up. */
function server() {
	const asked: string[] = [];
	const given: string[] = [];
	let answer: () => void = () => undefined;
	vi.stubGlobal('fetch', (path: string, { signal }: RequestInit) => {
		asked.push(path);
		return new Promise((resolve, reject) => {
			const headers = { 'Content-Type': 'application/json' };
			answer = () => resolve(new Response(JSON.stringify({ items: [ada, ben] }), { headers }));
			signal?.addEventListener('abort', () => {
				given.push(path);
				reject(signal.reason as Error);
			});
		});
	});
	return { asked, given, answer: () => answer() };
}

afterEach(() => vi.unstubAllGlobals());

describe('the members of a project', () => {
	it('are read anew', async () => {
		const { asked, answer } = server();
		const members = new MemberList('LD', [ada], () => true);
		expect(members.list).toEqual([ada]);
		const reading = members.reload();
		answer();
		expect([await reading, members.list]).toEqual([null, [ada, ben]]);
		expect(asked).toEqual(['/api/projects/LD/members']);
	});

	it('are not asked for while the project is going, whichever comes first: the answer, or word of it', async () => {
		const { asked } = server();
		const members = new MemberList('LD', [ada], () => true);
		let gone: (problem: null) => void = () => undefined;
		const going = members.go(() => new Promise((resolve) => (gone = resolve)));
		await members.reload();
		gone(null);
		await going;
		await members.reload();
		expect(asked).toEqual([]);
	});

	it('that are being read when it goes are given up', async () => {
		const { asked, given } = server();
		const members = new MemberList('LD', [ada], () => true);
		const reading = members.reload();
		await members.go(() => {
			expect(given).toEqual(asked);
			return Promise.resolve(null);
		});
		expect([await reading, members.list]).toEqual([null, [ada]]);
	});

	it('are read again when it was refused', async () => {
		const { asked, answer } = server();
		const members = new MemberList('LD', [ada], () => true);
		expect(await members.go(() => Promise.resolve(refusal))).toBe(refusal);
		const reading = members.reload();
		answer();
		await reading;
		expect(asked).toHaveLength(1);
	});

	it('are not asked for when the stream says that the project is gone', async () => {
		const { asked } = server();
		let isThere = true;
		const members = new MemberList('LD', [ada], () => isThere);
		isThere = false;
		await members.reload();
		expect(asked).toEqual([]);
	});
});
