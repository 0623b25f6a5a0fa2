import { describe, expect, it } from 'vitest';
import type { Changed } from '#lib/api/types.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { issueOf } from '../testing.ts';
import { before } from './before.ts';
import { changesText, refusedText, undoOf, type BulkResult } from './bulk.ts';
import { Selection } from './selection.svelte.ts';
import { editOf, grouped, plansOf, type Wish } from './wish.ts';

const tomo = { id: 2, name: 'Tomo Adeyar' };
const result = (
	changed: [key: string, changed: Changed][],
	refused: BulkResult['refused'] = []
) => ({
	changed: changed.map(([key, fields]) => ({ key, changed: fields })),
	unchanged: [],
	refused
});

describe('a wish', () => {
	const one = issueOf({ key: 'TRK-1', labels: ['api', 'ux'] });
	const other = issueOf({ key: 'TRK-2', labels: ['api'] });

	it('is one edit for all of them', () => {
		expect(plansOf({ act: 'status', status: 'TRIAGED' }, [one, other])).toEqual([
			{ keys: ['TRK-1', 'TRK-2'], patch: { status: 'TRIAGED' } }
		]);
		expect(plansOf({ act: 'assignee', person: tomo }, [one])).toEqual([
			{ keys: ['TRK-1'], patch: { assignee_id: 2 } }
		]);
		expect(plansOf({ act: 'assignee', person: null }, [one])[0]?.patch).toEqual({
			assignee_id: null
		});
		expect(plansOf({ act: 'due', day: null }, [one])[0]?.patch).toEqual({ due_on: null });
	});

	it('leaves the other labels of each', () => {
		const add: Wish = { act: 'label', name: 'sync', isAdded: true };
		expect(plansOf(add, [one, other])).toEqual([
			{ keys: ['TRK-1'], patch: { labels: ['api', 'sync', 'ux'] } },
			{ keys: ['TRK-2'], patch: { labels: ['api', 'sync'] } }
		]);
		expect(editOf({ act: 'label', name: 'ux', isAdded: false }, one)).toEqual({ labels: ['api'] });
		expect(editOf({ act: 'label', name: 'api', isAdded: true }, other)).toEqual({
			labels: ['api']
		});
	});

	it('puts equal edits together, in the order they came', () => {
		const edits = ['a', 'b', 'a'].map((title, at) => ({ key: `TRK-${at}`, patch: { title } }));
		expect(grouped(edits).map(({ keys }) => keys)).toEqual([['TRK-0', 'TRK-2'], ['TRK-1']]);
	});
});

describe('the result of a bulk edit', () => {
	const done = result([
		['TRK-1', { assignee: { old: { id: 3, name: 'Ines Harwick' }, new: tomo } }],
		['TRK-2', { assignee: { old: null, new: tomo } }]
	]);

	it('is taken back by the old values', () => {
		expect(undoOf(done)).toEqual([
			{ keys: ['TRK-1'], patch: { assignee_id: 3 } },
			{ keys: ['TRK-2'], patch: { assignee_id: null } }
		]);
		const closed = {
			status: { old: 'TRIAGED', new: 'DONE' },
			resolution: { old: null, new: 'FIXED' }
		};
		expect(undoOf(result([['TRK-1', closed]]))[0]?.patch).toEqual({ status: 'TRIAGED' });
		const opened = {
			status: { old: 'DONE', new: 'OPEN' },
			resolution: { old: 'DUPLICATE', new: null }
		};
		expect(undoOf(result([['TRK-1', opened]]))[0]?.patch).toEqual({
			status: 'DONE',
			resolution: 'DUPLICATE'
		});
	});

	it('is said with what it was before', () => {
		expect(changesText(done)).toBe('TRK-1 from Ines, TRK-2 from Nobody');
		const many = result(
			[1, 2, 3, 4, 5, 6].map((n) => [`TRK-${n}`, { status: { old: 'OPEN', new: 'TRIAGED' } }])
		);
		expect(changesText(many)).toBe(
			'TRK-1 from Open, TRK-2 from Open, TRK-3 from Open, TRK-4 from Open and 2 more'
		);
		expect(refusedText(result([], [{ key: 'TRK-9', code: 'x', detail: 'It must not' }]))).toBe(
			'TRK-9: It must not'
		);
	});
});

describe('selection', () => {
	const shown = ['a', 'b', 'c', 'd'];

	it('moves a cursor that stays in the list', () => {
		const selection = new Selection();
		expect(selection.move(shown, 1)).toBe(0);
		expect(selection.move(shown, 1)).toBe(1);
		expect(selection.move(shown, -9)).toBe(0);
		expect(selection.move(shown, 99)).toBe(3);
		expect(selection.cursor).toBe('d');
		selection.keep((key) => key !== 'd');
		expect(selection.cursor).toBeNull();
	});

	it('picks one, and from there all up to another', () => {
		const selection = new Selection();
		selection.toggle('b');
		selection.extend(shown, 'd');
		expect([...selection.keys]).toEqual(['b', 'c', 'd']);
		selection.toggle('c');
		expect(selection.has('c')).toBe(false);
		selection.all(shown, 2);
		expect(selection.keys.size).toBe(3);
		selection.clear();
		expect(selection.keys.size).toBe(0);
	});
});

describe('before an event', () => {
	const issue = issueOf({ status: 'DONE', title: 'New' });
	const event = (type: string, more: object = {}) =>
		({
			type,
			at: '',
			actor: null,
			project: 'TRK',
			issue,
			version: 2,
			...more
		}) as unknown as TracklyEvent;

	it('an issue was what the event says it was', () => {
		const changed = { status: { old: 'OPEN', new: 'DONE' } };
		expect(before(event('issue.updated', { changed }), issue)).toMatchObject({
			status: 'OPEN',
			title: 'New'
		});
		expect(before(event('comment.created'), issue)).toBe(issue);
		expect(before(event('issue.created'), issue)).toBeNull();
		expect(before(event('issue.updated', { changed }), undefined)).toBeNull();
	});
});
