import { describe, expect, it } from 'vitest';
import type { CommentOut, HistoryEntry } from '#lib/api/types.ts';
import { issueOf } from '../testing.ts';
import { inverseOf, phrasesOf } from './phrases.ts';
import { entriesOf, entryOf, lastChangeOf, mergeEntries, rowsOf } from './timeline.ts';

const MARA = { id: 1, name: 'Mara Velling' };
const YUKI = { id: 6, name: 'Yuki Halvar' };
const at = (minute: number) => `2026-11-20T09:${String(minute).padStart(2, '0')}:00.000000Z`;

const history = (over: Partial<HistoryEntry>): HistoryEntry => ({
	id: 1,
	type: 'issue.updated',
	at: at(1),
	actor: MARA,
	changed: {},
	detail: {},
	...over
});

const comment = (id: number, minute: number): CommentOut => ({
	id,
	issue: 'TRK-12',
	body: 'x',
	body_html: '<p>x</p>',
	kind: 'comment',
	author: YUKI,
	version: 1,
	created_at: at(minute),
	updated_at: at(minute)
});

describe('mergeEntries', () => {
	it('holds once what both the history and the stream told', () => {
		const changed = { severity: { old: 'HIGH', new: 'CRITICAL' } };
		const read = entriesOf([history({ changed })]);
		const heard = entryOf({
			type: 'issue.updated',
			at: at(1),
			actor: MARA,
			project: 'TRK',
			issue: issueOf({}),
			version: 2,
			changed
		});
		const later = entryOf({
			type: 'issue.updated',
			at: at(2),
			actor: MARA,
			project: 'TRK',
			issue: issueOf({}),
			version: 3,
			changed
		});
		expect(heard && later).toBeTruthy();
		expect(mergeEntries(read, heard && later ? [later, heard] : []).map((e) => e.at)).toEqual([
			at(1),
			at(2)
		]);
	});

	it('is no entry when it is not about an issue', () => {
		expect(entryOf({ type: 'user.deleted', at: at(1), actor: null, user: { id: 1 } })).toBeNull();
	});
});

describe('rowsOf', () => {
	const entries = entriesOf([
		history({ type: 'issue.created', at: at(0) }),
		history({ at: at(1), changed: { assignee: { old: null, new: YUKI } } }),
		history({ type: 'watcher.added', at: at(1), detail: { watcher: YUKI } }),
		history({ type: 'comment.created', at: at(2), actor: YUKI }),
		history({ type: 'watcher.added', at: at(3), detail: { watcher: MARA } }),
		history({ type: 'comment.deleted', at: at(4), actor: YUKI })
	]);

	it('leaves out what the head of the page or a box says already', () => {
		const rows = rowsOf(entries, [comment(9, 2)]);
		expect(rows.map((row) => (row.kind === 'change' ? row.entry.type : row.id))).toEqual([
			'issue.updated',
			'comment:9',
			'watcher.added',
			'comment.deleted'
		]);
	});

	it('shows one kind alone', () => {
		expect(rowsOf(entries, [comment(9, 2)], 'comments').map(({ id }) => id)).toEqual(['comment:9']);
		expect(rowsOf(entries, [comment(9, 2)], 'changes')).toHaveLength(3);
	});

	it('finds who changed a field last', () => {
		expect(lastChangeOf(entries, 'assignee')?.at).toBe(at(1));
		expect(lastChangeOf(entries, 'title')).toBeUndefined();
	});
});

describe('phrasesOf', () => {
	const verbs = (changed: HistoryEntry['changed'], actor = 1) =>
		phrasesOf(changed, actor).map(({ verb, note }) => [verb, note].filter(Boolean).join(' · '));

	it('says what a move meant', () => {
		expect(
			verbs({
				status: { old: 'IN_PROGRESS', new: 'DONE' },
				resolution: { old: null, new: 'WONT_FIX' }
			})
		).toEqual(['resolved it · Won’t fix']);
		expect(
			verbs({ status: { old: 'DONE', new: 'OPEN' }, resolution: { old: 'FIXED', new: null } })
		).toEqual(['reopened it']);
	});

	it('names who took it and who was given it', () => {
		expect(verbs({ assignee: { old: null, new: YUKI } }, YUKI.id)).toEqual(['took it']);
		expect(verbs({ assignee: { old: null, new: YUKI } })).toEqual(['assigned it to']);
		expect(verbs({ assignee: { old: YUKI, new: null } })).toEqual(['unassigned it']);
	});

	it('tells added labels from removed ones', () => {
		expect(phrasesOf({ labels: { old: ['a', 'b'], new: ['b', 'c'] } }, 1)).toMatchObject([
			{ old: [{ name: 'a' }], now: [{ name: 'c' }] }
		]);
		expect(phrasesOf({ labels: { old: ['a'], new: ['a'] } }, 1)).toEqual([]);
	});

	it('leaves out what it does not know', () => {
		expect(
			verbs({ moon_phase: { old: 1, new: 2 }, due_on: { old: null, new: '2026-11-24' } })
		).toEqual(['set due']);
	});

	it('takes a change back, field by field', () => {
		expect(
			inverseOf({
				status: { old: 'OPEN', new: 'DONE' },
				resolution: { old: null, new: 'FIXED' },
				due_on: { old: null, new: '2026-11-20' }
			})
		).toEqual({ status: 'OPEN', due_on: null });
		expect(inverseOf({ resolution: { old: null, new: 'FIXED' } })).toBeNull();
	});
});
