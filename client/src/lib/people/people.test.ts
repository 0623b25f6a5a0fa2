import { afterEach, describe, expect, it, vi } from 'vitest';
import type { UserOut } from '#lib/api/types.ts';
import { makePassword } from './password.ts';
import { isWanted, PeopleList } from './people_list.svelte.ts';

const person = (id: number, name: string, over: Partial<UserOut> = {}): UserOut => ({
	id,
	name,
	email: `${name.toLowerCase()}@depot.example`,
	role: 'REPORTER',
	active: true,
	version: 1,
	created_at: '2026-11-01T08:00:00.000000Z',
	...over
});

function answer(items: UserOut[], next: string | null = null) {
	const body = JSON.stringify({ items, next, total: items.length });
	const headers = { 'Content-Type': 'application/json' };
	vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { headers })));
}

afterEach(() => vi.unstubAllGlobals());

describe('the list of people', () => {
	it('who comes in is put where the server would put them; others are not', async () => {
		answer([person(2, 'ben'), person(1, 'Zoe')]);
		const list = new PeopleList();
		await list.load({ q: '', role: 'REPORTER', active: '' });
		list.apply({ kind: 'user', user: person(3, 'Ina') });
		list.apply({ kind: 'user', user: person(4, 'Kim', { role: 'ADMIN' }) });
		expect([list.people.map(({ name }) => name), list.total]).toEqual([['ben', 'Ina', 'Zoe'], 3]);
	});

	it('the newer one stays, and who no longer fits stays in sight', async () => {
		answer([person(1, 'Zoe', { version: 3 })]);
		const list = new PeopleList();
		await list.load({ q: '', role: 'REPORTER', active: '' });
		list.put(person(1, 'Old', { version: 2 }));
		expect(list.get(1)?.name).toBe('Zoe');
		const moved = person(1, 'Zoe', { version: 4, role: 'MAINTAINER' });
		list.put(moved);
		expect([list.people, list.hasLeft(moved)]).toEqual([[moved], true]);
		list.apply({ kind: 'user-gone', id: 1 });
		expect([list.people, list.total]).toEqual([[], 0]);
	});

	it('who belongs behind the pages loaded so far waits for them', async () => {
		answer([person(1, 'Ada')], 'more');
		const list = new PeopleList();
		await list.load();
		list.put(person(2, 'Zoe'));
		expect([list.people.length, list.total]).toEqual([1, 2]);
	});

	it('finds by parts of names and addresses', () => {
		const filter = { q: ' DEPOT.ex', role: '', active: 'true' } as const;
		expect(isWanted(person(1, 'Zoe'), filter)).toBe(true);
		expect(isWanted(person(1, 'Zoe', { active: false }), filter)).toBe(false);
	});
});

describe('a password that is made', () => {
	it('is long enough for the server, without letters that look alike, and new each time', () => {
		const made = Array.from({ length: 200 }, makePassword);
		expect(new Set(made).size).toBe(200);
		for (const password of made)
			expect(password).toMatch(/^([a-km-zA-HJ-NP-Z2-9]{5}-){3}[a-km-zA-HJ-NP-Z2-9]{5}$/);
	});
});
