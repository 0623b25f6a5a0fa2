import { describe, expect, it } from 'vitest';
import type { Changed, IssueSummary } from '#lib/api/types.ts';
import { issueOf } from '#lib/issues/testing.ts';
import {
	excerpt,
	groupsOf,
	issueIn,
	mentions,
	type Group,
	type Happening,
	type IssueEvent
} from './happening.ts';
import { linesOf } from './lines.ts';
import { figuresOf, mergeChanged, netOf } from './net.ts';

const MARA = { id: 1, name: 'Mara Velling' };
const TOMO = { id: 2, name: 'Tomo Adeyar' };
let seq = 0;
const at = (minute: number, second = 0) =>
	`2026-11-20T09:${String(minute).padStart(2, '0')}:${String(second).padStart(2, '0')}.000000Z`;
const told = (event: object): Happening => ({ id: `1.${++seq}`, event: event as IssueEvent });
const updated = (key: string, changed: Changed, over: object = {}) =>
	told({
		type: 'issue.updated',
		at: at(1),
		actor: TOMO,
		project: 'TRK',
		issue: issueOf({ key }),
		version: 2,
		changed,
		...over
	});
const other = (type: string, key: string, over: object = {}) =>
	told({ type, at: at(2), actor: MARA, project: 'TRK', issue: issueOf({ key }), ...over });
const group = (...happenings: Happening[]): Group => {
	const [first] = groupsOf(happenings);
	if (!first) throw new Error('no group');
	return first;
};
const moved = (old: string, now: string): Changed => ({ status: { old, new: now } });

describe('groupsOf', () => {
	it('puts the issue that changed last first, and keeps the order inside', () => {
		const all = [
			updated('A-1', moved('OPEN', 'TRIAGED')),
			other('comment.created', 'A-2'),
			other('comment.created', 'A-1')
		];
		const groups = groupsOf(all);
		expect(groups.map(({ key }) => key)).toEqual(['A-1', 'A-2']);
		expect(groups[0]?.happenings.map(({ event }) => event.type)).toEqual([
			'issue.updated',
			'comment.created'
		]);
	});

	it('remembers what a deleted issue was', () => {
		const gone = other('issue.deleted', 'A-1', { issue: { id: 12, key: 'A-1' } });
		expect(issueIn(group(other('comment.created', 'A-1'), gone))?.title).toBe('Scanner freezes');
		expect(issueIn(group(gone))).toBeNull();
	});
});

describe('netOf', () => {
	it('is one line for many steps', () => {
		const net = netOf(
			group(
				updated('A-1', moved('OPEN', 'TRIAGED')),
				updated('A-1', moved('TRIAGED', 'IN_PROGRESS')),
				other('comment.created', 'A-1'),
				other('comment.created', 'A-1'),
				other('comment.deleted', 'A-1'),
				updated('A-1', { labels: { old: [], new: ['sync'] } })
			)
		);
		expect(net).toMatchObject({ steps: 2, comments: 1, isNew: false, actors: [TOMO, MARA] });
		expect(net.changed).toEqual({
			...moved('OPEN', 'IN_PROGRESS'),
			labels: { old: [], new: ['sync'] }
		});
	});

	it('forgets what came back', () => {
		expect(mergeChanged([moved('OPEN', 'TRIAGED'), moved('TRIAGED', 'OPEN')])).toEqual({});
		expect(
			mergeChanged([
				{ labels: { old: ['a'], new: ['a', 'b'] } },
				{ labels: { old: ['a', 'b'], new: ['a'] } }
			])
		).toEqual({});
	});
});

describe('figuresOf', () => {
	const issues: Record<string, IssueSummary> = {
		'A-1': issueOf({ key: 'A-1', status: 'DONE' }),
		'A-2': issueOf({ key: 'A-2', assignee: MARA })
	};
	const of = (...happenings: Happening[]) => {
		const figures = figuresOf(groupsOf(happenings).map(netOf), MARA.id, (key) => issues[key]);
		return Object.fromEntries(Object.entries(figures).map(([name, { n }]) => [name, n]));
	};

	it('counts what is different in the end, not what passed', () => {
		expect(
			of(
				other('issue.created', 'A-1'),
				other('issue.created', 'A-2'),
				updated('A-3', moved('DONE', 'OPEN')),
				updated('A-4', moved('OPEN', 'DONE')),
				updated('A-4', moved('DONE', 'OPEN')),
				updated('A-5', { assignee: { old: null, new: MARA } }),
				updated('A-6', { assignee: { old: null, new: MARA } }),
				updated('A-6', { assignee: { old: MARA, new: TOMO } }),
				other('comment.created', 'A-1'),
				other('comment.created', 'A-3')
			)
		).toEqual({ created: 2, done: 1, reopened: 1, assigned: 2, overdue: 0, comments: 2 });
	});

	it('leaves out what was deleted', () => {
		expect(
			of(
				other('issue.created', 'A-9'),
				other('comment.created', 'A-9'),
				other('issue.deleted', 'A-9', { issue: { id: 9, key: 'A-9' } })
			)
		).toEqual({ created: 0, done: 0, reopened: 0, assigned: 0, overdue: 0, comments: 0 });
	});
});

describe('linesOf', () => {
	const severity: Changed = { severity: { old: 'MEDIUM', new: 'HIGH' } };
	const due: Changed = { due_on: { old: null, new: '2026-11-24' } };

	it('joins what one person changed in one go, newest first', () => {
		const lines = linesOf([
			updated('A-1', severity, { at: at(1, 0) }),
			updated('A-1', due, { at: at(1, 40) }),
			other('comment.created', 'A-1')
		]);
		expect(lines.map(({ event }) => event.type)).toEqual(['comment.created', 'issue.updated']);
		expect(lines[1]?.event).toMatchObject({ changed: { ...severity, ...due } });
	});

	it('keeps apart what another did, what came later, and each move', () => {
		const first = updated('A-1', severity, { at: at(1) });
		expect(linesOf([first, updated('A-1', due, { at: at(1, 5), actor: MARA })])).toHaveLength(2);
		expect(linesOf([first, updated('A-1', due, { at: at(3) })])).toHaveLength(2);
		expect(
			linesOf([
				updated('A-1', moved('OPEN', 'TRIAGED')),
				updated('A-1', moved('TRIAGED', 'IN_PROGRESS'))
			])
		).toHaveLength(2);
	});

	it('says nothing of what was taken back at once', () => {
		const back: Changed = { severity: { old: 'HIGH', new: 'MEDIUM' } };
		expect(linesOf([updated('A-1', severity), updated('A-1', back)])).toEqual([]);
	});
});

describe('words', () => {
	const said = (body: string) =>
		other('comment.created', 'A-1', { comment: { id: 1, body } }).event;

	it('finds a mention by first or full name, and no other word', () => {
		expect(mentions(said('Ask @mara about it'), MARA)).toBe(true);
		expect(mentions(said('(@Mara Velling)'), MARA)).toBe(true);
		expect(mentions(said('mail@mara.example or @marah'), MARA)).toBe(false);
		expect(mentions(updated('A-1', {}).event, MARA)).toBe(false);
	});

	it('shows Markdown as plain words', () => {
		expect(excerpt('## Heap\n\n- **grows** by `1.1 MB`\n![x.png](/api/y)')).toBe(
			'Heap grows by 1.1 MB x.png'
		);
		expect(excerpt('word '.repeat(100)).length).toBeLessThanOrEqual(222);
	});
});
