import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { IssueSummary } from '#lib/api/types.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { issues } from '../collection.svelte.ts';
import { issueOf } from '../testing.ts';
import { LiveList } from './live_list.svelte.ts';

const ME = 1;
const PRIYA = { id: 5, name: 'Priya' };
let served: IssueSummary[] = [];
let asked: URL[] = [];
let isReading = false;

const at = (n: number) => `2026-11-20T09:00:00.${String(n).padStart(6, '0')}Z`;
const make = (n: number, over: Partial<IssueSummary> = {}) =>
	issueOf({ id: n, key: `TRK-${n}`, updated_at: at(n), ...over });

/** A list of `served`, newest first, in pages of 100 as the server would give them. */
beforeEach(() => {
	served = [];
	asked = [];
	isReading = false;
	issues.clear();
	vi.stubGlobal('fetch', async (path: string) => {
		const url = new URL(path, 'http://localhost');
		asked.push(url);
		const from = Number(url.searchParams.get('after') ?? 0);
		const found = served.filter(({ key }) => isFound(url, key));
		const page = found.slice(from, from + 100);
		const next = from + 100 < found.length ? String(from + 100) : null;
		return new Response(JSON.stringify({ items: page, next, total: found.length }), {
			headers: { 'Content-Type': 'application/json' }
		});
	});
});
afterEach(() => {
	vi.unstubAllGlobals();
	vi.useRealTimers();
});

/** As the server: keys in the query name issues. */
const isFound = (url: URL, key: string): boolean => {
	const named = url.searchParams.get('q')?.match(/TRK-\d+/g);
	return !named || named.includes(key);
};

async function listOf(q: string, initial: IssueSummary[], keepsLeft = true): Promise<LiveList> {
	served = initial;
	const list = new LiveList({ userId: ME, isReading: () => isReading, keepsLeft });
	await list.load({ q, project: '' });
	return list;
}

async function tell(list: LiveList, type: string, issue: IssueSummary, more: object = {}) {
	issues.put(issue);
	const event = { type, at: issue.updated_at, actor: PRIYA, project: 'TRK', issue, ...more };
	list.take(event as unknown as TracklyEvent, true);
	await Promise.resolve();
}

const changed = (field: string, old: unknown, next: unknown) => ({
	changed: { [field]: { old, new: next } }
});

describe('a live list', () => {
	it('takes in what is new at once, in its place', async () => {
		const list = await listOf('status:open', [make(3), make(1)]);
		await tell(list, 'issue.created', make(2));
		expect(list.keys).toEqual(['TRK-3', 'TRK-2', 'TRK-1']);
		expect(list.total).toBe(3);
		expect(list.fresh.has('TRK-2')).toBe(true);
		await tell(list, 'issue.created', make(9, { status: 'DONE' }));
		expect(list.total).toBe(3);
	});

	it('lets it wait while somebody reads, and moves nothing', async () => {
		const list = await listOf('status:open', [make(3), make(1)]);
		isReading = true;
		await tell(list, 'issue.created', make(5));
		await tell(
			list,
			'issue.updated',
			make(1, { version: 2, updated_at: at(9) }),
			changed('title', 'a', 'b')
		);
		expect(list.keys).toEqual(['TRK-3', 'TRK-1']);
		expect([...list.waiting]).toEqual(['TRK-5', 'TRK-1']);
		expect(list.total).toBe(3);
		list.release();
		expect(list.keys).toEqual(['TRK-1', 'TRK-5', 'TRK-3']);
		expect(list.waiting.size).toBe(0);
	});

	it('keeps what left, dimmed, until it is let go', async () => {
		const list = await listOf('status:open', [make(3), make(1)]);
		const done = make(3, { version: 2, status: 'DONE' });
		await tell(list, 'issue.updated', done, changed('status', 'OPEN', 'DONE'));
		expect(list.keys).toEqual(['TRK-3', 'TRK-1']);
		expect([...list.left]).toEqual(['TRK-3']);
		expect(list.total).toBe(1);
		await tell(list, 'issue.updated', make(3, { version: 3 }), changed('status', 'DONE', 'OPEN'));
		expect(list.left.size).toBe(0);
		expect(list.total).toBe(2);
		await tell(list, 'issue.updated', { ...done, version: 4 }, changed('status', 'OPEN', 'DONE'));
		list.release();
		expect(list.keys).toEqual(['TRK-1']);
	});

	it('on the board lets it go at once', async () => {
		const list = await listOf('status:open', [make(3), make(1)], false);
		const done = make(3, { version: 2, status: 'DONE' });
		await tell(list, 'issue.updated', done, changed('status', 'OPEN', 'DONE'));
		expect(list.keys).toEqual(['TRK-1']);
		expect(list.total).toBe(1);
	});

	it('drops what is deleted, and what it may no longer see', async () => {
		const list = await listOf('', [make(3), make(2), make(1)]);
		await tell(list, 'issue.deleted', make(3));
		expect(list.keys).toEqual(['TRK-2', 'TRK-1']);
		issues.forget('TRK-2');
		list.forget();
		await Promise.resolve();
		expect(list.keys).toEqual(['TRK-1']);
		expect(list.total).toBe(1);
	});

	it('counts a change of an issue that is not loaded only when it begins or ends to match', async () => {
		const list = await listOf(
			'status:open sort:updated',
			Array.from({ length: 150 }, (_, n) => make(n + 1))
		);
		expect(list.keys).toHaveLength(100);
		await tell(
			list,
			'issue.updated',
			make(140, { version: 2, title: 'x' }),
			changed('title', 'a', 'x')
		);
		expect(list.total).toBe(150);
		const done = make(141, { version: 2, status: 'DONE' });
		await tell(list, 'issue.updated', done, changed('status', 'OPEN', 'DONE'));
		expect(list.total).toBe(149);
		await tell(list, 'issue.created', make(999));
		expect(list.total).toBe(150);
		expect(list.keys).toHaveLength(100);
	});

	it('loads page after page and shows nothing twice', async () => {
		const list = await listOf(
			'sort:updated',
			Array.from({ length: 150 }, (_, n) => make(n + 1))
		);
		served = served.slice(1);
		await Promise.all([list.more(), list.more()]);
		expect(new Set(list.keys).size).toBe(list.keys.length);
		expect(list.keys.at(-1)).toBe('TRK-150');
		expect(list.hasMore).toBe(false);
	});

	it('asks the server about what it cannot tell', async () => {
		vi.useFakeTimers();
		const list = await listOf('pallet', [make(1, { title: 'A pallet' })]);
		await tell(list, 'issue.created', make(2, { title: 'Words are in a comment' }));
		expect(list.keys).toEqual(['TRK-1']);
		served = [make(2, { title: 'Words are in a comment' }), ...served];
		await vi.advanceTimersByTimeAsync(500);
		expect(asked.at(-1)?.searchParams.get('q')).toBe('(pallet) (TRK-2)');
		expect(list.keys).toEqual(['TRK-2', 'TRK-1']);
		expect(list.total).toBe(2);
	});

	it('does not lose what happened while it was loading', async () => {
		served = [make(1)];
		const list = new LiveList({ userId: ME, isReading: () => false, keepsLeft: true });
		const loading = list.load({ q: '', project: '' });
		await tell(list, 'issue.created', make(2));
		await loading;
		expect(list.keys).toEqual(['TRK-2', 'TRK-1']);
	});

	it('moves by the reader’s own hand without counting twice', async () => {
		const open = await listOf('status:open', [make(2), make(1)], false);
		const undo = issues.overlay('TRK-2', 'wish', { status: 'TRIAGED' });
		expect(open.takeOut('TRK-2')).toBe(0);
		const moved = make(2, { version: 2, status: 'TRIAGED' });
		await tell(open, 'issue.updated', moved, changed('status', 'OPEN', 'TRIAGED'));
		undo();
		expect(open.total).toBe(1);
		open.put('TRK-2', 0);
		expect(open.keys).toEqual(['TRK-2', 'TRK-1']);
		expect(open.total).toBe(2);
	});

	it('keeps what it shows when the server refuses', async () => {
		const list = await listOf('', [make(1)]);
		vi.stubGlobal('fetch', async () => new Response('{"code":"invalid_query"}', { status: 422 }));
		await list.load({ q: 'sevrity:x', project: '' });
		expect(list.keys).toEqual(['TRK-1']);
		expect(list.phase).toBe('failed');
		expect(list.problem?.code).toBe('invalid_query');
	});
});
