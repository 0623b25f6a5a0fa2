import { afterEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '#lib/api/problem.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { SourceCollection } from './collection.svelte.ts';
import { asNew, asPatch, fieldsOf, isWhole, needsPassword, restOf } from './form.ts';
import { nameOf } from './naming.ts';
import { Sending } from './sending.svelte.ts';
import { databaseOf, tableOf } from './testing.ts';
import type { DataSource } from './types.ts';
import { kindWord, sharedWord, stateOf } from './words.ts';

const refusal = (field: string, message: string) =>
	new Problem({ status: 422, code: 'x', title: message, errors: [{ field, message }] });

describe('the form', () => {
	const shop = databaseOf();

	it('sends only what was changed, and a password only when one was typed', () => {
		const changed = { name: ' Store ', port: '5433', project: 'TRK' };
		const fields = { ...fieldsOf(shop), ...changed };
		expect(asPatch(fields, changed, '')).toEqual({ name: 'Store', port: 5433, project: 'TRK' });
		expect(asPatch(fields, {}, 'typed')).toEqual({ password: 'typed' });
		expect(asPatch({ ...fields, project: '' }, { project: '' }, '')).toEqual({ project: null });
	});

	it('sends a new database whole', () => {
		expect(asNew(fieldsOf(shop), '')).toEqual({
			name: 'Shop',
			description: '',
			project: null,
			host: 'db.example.org',
			port: 5432,
			database: 'shop',
			username: 'reader',
			sslmode: 'require'
		});
		expect(asNew(fieldsOf(null), 'typed').password).toBe('typed');
	});

	it.each([
		[{}, false],
		[{ name: 'Other', description: 'x' }, false],
		[{ host: 'evil.example.org' }, true],
		[{ port: '5433' }, true],
		[{ database: 'other' }, true],
		[{ username: 'other' }, true],
		[{ sslmode: 'disable' as const }, true]
	])('with %o the password has to be entered again: %s', (change, needed) => {
		expect(needsPassword(shop, { ...fieldsOf(shop), ...change })).toBe(needed);
		const open = databaseOf({}, { has_password: false });
		expect(needsPassword(open, { ...fieldsOf(open), ...change })).toBe(false);
	});

	it.each([
		[{}, true],
		[{ name: '  ' }, false],
		[{ host: '' }, false],
		[{ port: '0' }, false],
		[{ username: '' }, false]
	])('with %o a database is whole: %s', (change, whole) => {
		expect(isWhole({ ...fieldsOf(shop), ...change }, true)).toBe(whole);
	});

	it('asks of a table for a name alone', () => {
		expect(isWhole({ ...fieldsOf(null), name: 'Teams' }, false)).toBe(true);
	});

	it('says below what belongs to no field that is shown', () => {
		expect(restOf(refusal('host', 'no'), true)).toBeNull();
		expect(restOf(refusal('host', 'no'), false)).toBe('no');
		expect(restOf(new Problem({ status: 404, code: 'x', title: 'gone' }), true)).toBe('gone');
		expect(restOf(null, true)).toBeNull();
	});
});

describe('the words', () => {
	it('say what a source is, and in what state', () => {
		expect(kindWord(tableOf())).toBe('CSV');
		expect(stateOf(tableOf())).toEqual({ tone: 'quiet', text: '1,204 rows · 88 KB', at: null });
		expect(kindWord(databaseOf())).toBe('PostgreSQL');
		expect(stateOf(databaseOf()).text).toBe('Not tested');
		const at = '2026-11-20T09:41:12Z';
		const tested = (test_ok: boolean) => stateOf(databaseOf({}, { tested_at: at, test_ok }));
		expect(tested(true)).toEqual({ tone: 'ok', text: 'Tested', at });
		expect(tested(false)).toEqual({ tone: 'bad', text: 'Test failed', at });
		expect(stateOf(databaseOf({ postgresql: null })).text).toBe('For SQL reports');
	});

	it('say with whom it is shared', () => {
		expect(sharedWord(tableOf())).toBe('Nobody else');
		const project = { key: 'TRK', name: 'Trackly' };
		expect(sharedWord(tableOf({ project }))).toBe('Maintainers of Trackly');
	});
});

describe('a file on its way', () => {
	const file = new File(['a\n1\n'], 'teams 2026.v2.csv');

	it('gives the table its name', () => {
		expect(nameOf(file)).toBe('teams 2026.v2');
		expect(nameOf({ name: '.csv' })).toBe('.csv');
		expect(nameOf({ name: `${'x'.repeat(200)}.csv` })).toHaveLength(120);
	});

	it('tells how much of it has arrived, and is done', async () => {
		const sending = new Sending();
		sending.choose(file);
		const parts: (number | null)[] = [];
		const table = await sending.send((_file, _key, onpart) => {
			onpart(1, 4);
			parts.push(sending.part);
			onpart(4, 4);
			parts.push(sending.part);
			return { done: Promise.resolve(tableOf()), cancel: () => undefined };
		});
		expect(parts).toEqual([0.25, 1]);
		expect(table?.id).toBe(7);
		expect([sending.part, sending.problem]).toEqual([null, null]);
	});

	it('keeps file and reason when it is refused, and is another intent then; not so when nobody answered', async () => {
		const sending = new Sending();
		sending.choose(file);
		const keys: string[] = [];
		const failing = (status: number) => (_file: File, key: string) => {
			keys.push(key);
			const problem = new Problem({ status, code: 'x', title: 'line 3 has 3 values' });
			return { done: Promise.reject<DataSource>(problem), cancel: () => undefined };
		};
		for (const status of [0, 422, 422]) expect(await sending.send(failing(status))).toBeNull();
		expect(sending.file).toBe(file);
		expect(sending.problem?.message).toBe('line 3 has 3 values');
		expect(keys[0]).toBe(keys[1]);
		expect(keys[1]).not.toBe(keys[2]);
		sending.choose(file);
		expect(sending.problem).toBeNull();
	});

	it('says nothing of what was cancelled', async () => {
		const sending = new Sending();
		sending.choose(file);
		const sent = sending.send(() => {
			let fail: (why: unknown) => void = () => undefined;
			const done = new Promise<DataSource>((_, reject) => (fail = reject));
			return { done, cancel: () => fail(new DOMException('Cancelled', 'AbortError')) };
		});
		sending.cancel();
		expect(await sent).toBeNull();
		expect([sending.part, sending.problem]).toEqual([null, null]);
	});
});

describe('the list', () => {
	afterEach(() => void vi.unstubAllGlobals());

	/** The sources that the server has, and what was asked for. */
	function serving(...there: DataSource[]): string[] {
		const asked: string[] = [];
		vi.stubGlobal('fetch', async (path: string) => {
			asked.push(path);
			const id = /\/(\d+)$/.exec(path)?.[1];
			if (id === undefined) return Response.json({ items: there, next: null });
			const found = there.find((source) => source.id === Number(id));
			return found ? Response.json(found) : Response.json({}, { status: 404 });
		});
		return asked;
	}
	const event = (type: string, id: number, version: number) =>
		({ type, at: '', actor: null, source: { id, name: '' }, version }) as unknown as TracklyEvent;

	it('is by name, and asks for what an event says is newer', async () => {
		const there = [tableOf(), databaseOf()];
		const asked = serving(...there);
		const sources = new SourceCollection();
		await sources.load();
		expect(sources.list.map(({ name }) => name)).toEqual(['Shop', 'Teams']);
		await sources.take(event('source.updated', 7, 3));
		expect(asked).toHaveLength(1);
		there[0] = tableOf({ version: 4, name: 'Crews' });
		serving(...there);
		await sources.take(event('source.updated', 7, 4));
		expect(sources.get(7)?.name).toBe('Crews');
		expect(sources.fresh.has(7)).toBe(true);
	});

	it('takes in what was made, and lets go of what was deleted or is no longer to be seen', async () => {
		serving(tableOf());
		const sources = new SourceCollection();
		await sources.load();
		serving(tableOf(), databaseOf());
		await sources.take(event('source.created', 8, 1));
		expect(sources.list).toHaveLength(2);
		const asked = serving(tableOf());
		await sources.take(event('source.deleted', 8, 4));
		expect(asked).toEqual([]);
		expect([sources.get(8), sources.gone.has(8)]).toEqual([undefined, true]);
		serving();
		await sources.take(event('source.updated', 7, 9));
		expect(sources.list).toEqual([]);
	});

	it('goes on where its first page ended', async () => {
		vi.stubGlobal('fetch', async (path: string) =>
			Response.json(
				path.includes('after=t1')
					? { items: [databaseOf()], next: null }
					: { items: [tableOf()], next: 't1' }
			)
		);
		const sources = new SourceCollection();
		await sources.load();
		expect([sources.list.length, sources.next]).toEqual([1, 't1']);
		await sources.more();
		expect(sources.list.map(({ name }) => name)).toEqual(['Shop', 'Teams']);
		expect(sources.next).toBeNull();
	});

	it('keeps the newer of two words about a source', async () => {
		serving(tableOf({ version: 5 }));
		const sources = new SourceCollection();
		await sources.load();
		sources.put(tableOf({ version: 4, name: 'Old' }));
		expect(sources.get(7)?.name).toBe('Teams');
	});
});
