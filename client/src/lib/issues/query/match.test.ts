import { describe, expect, it } from 'vitest';
import { issueOf } from '../testing.ts';
import { Judge, paramsAbout, paramsOf } from './ask.ts';
import { matches, type Verdict } from './match.ts';
import { compare, placeAmong, sortFrom } from './order.ts';
import { parse } from './parse.ts';

const never = (): never => {
	throw new Error('There is no filter');
};

describe('matching', () => {
	const now = new Date('2026-11-20T09:41:00Z');
	const issue = issueOf({
		key: 'TRK-12',
		title: 'Éco système freezes after 200 scans',
		status: 'TRIAGED',
		severity: 'HIGH',
		labels: ['sync', 'release 4.2'],
		assignee: { id: 2, name: 'Tomo Adeyar' },
		due_on: '2026-11-19',
		updated_at: '2026-11-20T09:40:00.000000Z'
	});
	const verdict = (text: string): Verdict | undefined => {
		const parsed = parse(text);
		return parsed ? matches(parsed.where, issue, { userId: 2, now }) : undefined;
	};

	it.each([
		['', true],
		['status:open,triaged', true],
		['status:in-progress', false],
		['-status:done', true],
		['status>=in_progress', false],
		['severity>=high', true],
		['priority<medium', false],
		['assignee:me', true],
		['assignee:none', false],
		['assignee:tomo', true],
		['assignee:"tomo adeyar"', true],
		['assignee:adeyar', false],
		['label:SYNC', true],
		['label:"release 4.2"', true],
		['label:none', false],
		['project:trk', true],
		['is:overdue', true],
		['is:open is:unassigned', false],
		['due<2026-11-20', true],
		['due:2026-11-19', true],
		['due>today', false],
		['due:none', false],
		['updated>-14d', true],
		['updated<-1h', false],
		['done>-7d', false],
		['eco', true],
		['FREEZ', true],
		['"freezes after"', true],
		['"freezes after 2"', null],
		['trk-12', true],
		['missing', null],
		['-missing status:open', false],
		['missing OR status:triaged', true],
		['(status:open OR label:sync) -label:api', true],
		['status:triaged AND severity:high', true],
		['is:watching', null],
		['nonsense:1', null]
	])('%s → %s', (text, expected) => expect(verdict(text)).toBe(expected));

	it.each(['status:', '(a', 'a)', '"a', 'a OR', 'sort:due sort:key'])('%s can’t be read', (text) =>
		expect(parse(text)).toBeNull()
	);

	it('knows that a text without comments has no more words', () => {
		const whole = {
			...issue,
			description: 'Gate 3',
			text_version: issue.version,
			comments_count: 0
		};
		const parsed = parse('missing')?.where ?? never();
		expect(matches(parsed, whole, { userId: 2, now })).toBe(false);
		expect(matches(parsed, { ...whole, comments_count: 1 }, { userId: 2, now })).toBeNull();
	});
});

describe('asking', () => {
	it('puts what the place adds beside what was typed', () => {
		const asked = {
			q: 'a OR b sort:due',
			project: 'TRK',
			status: 'DONE',
			also: 'done>-7d'
		} as const;
		expect(paramsOf(asked)).toMatchObject({
			q: '(a OR b) done>-7d sort:due',
			project: 'TRK',
			status: 'DONE'
		});
		expect(paramsOf({ q: 'a sort:due', project: '', also: 'done>-7d' }).q).toBe(
			'(a) done>-7d sort:due'
		);
		expect(paramsOf({ q: '', project: '', also: 'done>-7d', sort: '-updated' })).toMatchObject({
			q: 'done>-7d',
			sort: '-updated'
		});
		expect(paramsAbout({ q: 'freeze', project: '' }, ['TRK-1', 'TRK-2']).q).toBe(
			'(freeze) (TRK-1 OR TRK-2)'
		);
	});

	it('judges by the place, too', () => {
		const judge = new Judge({ q: 'label:sync', project: 'TRK', status: 'OPEN' });
		const issue = issueOf({ key: 'TRK-1', labels: ['sync'], status: 'OPEN' });
		const reading = { userId: 1, now: new Date() };
		expect(judge.of(issue, reading)).toBe(true);
		expect(judge.of({ ...issue, status: 'DONE' }, reading)).toBe(false);
		expect(judge.of({ ...issue, project: 'DEP' }, reading)).toBe(false);
		expect(new Judge({ q: '(', project: '' }).of(issue, reading)).toBeNull();
	});
});

describe('order', () => {
	const keyed = (key: string) => issueOf({ key, project: key.split('-')[0] });
	const some = (['MEDIUM', 'URGENT', 'MEDIUM', 'LOW'] as const).map((priority, at) =>
		issueOf({ id: at + 1, key: `TRK-${at + 1}`, priority })
	);

	it('is that of the server: by one thing, then by id, both the same way', () => {
		const sorted = some.toSorted((a, b) => compare(a, b, sortFrom('-priority')));
		expect(sorted.map(({ key }) => key)).toEqual(['TRK-2', 'TRK-3', 'TRK-1', 'TRK-4']);
		const up = some.toSorted((a, b) => compare(a, b, sortFrom('priority')));
		expect(up).toEqual(sorted.toReversed());
	});

	it('puts issues without a due date last, both ways', () => {
		const dated = [
			issueOf({ key: 'TRK-1', due_on: null }),
			issueOf({ key: 'TRK-2', due_on: '2026-12-01' })
		];
		for (const sort of ['due', '-due'])
			expect(dated.toSorted((a, b) => compare(a, b, sortFrom(sort)))[1]?.key).toBe('TRK-1');
	});

	it('finds the place in what is sorted, and compares numbers of keys as numbers', () => {
		const sort = sortFrom('key');
		const keys = ['DEP-9', 'DEP-10', 'TRK-1'].map(keyed);
		expect(placeAmong(keyed('DEP-11'), keys, sort)).toBe(2);
		expect(placeAmong(keyed('TRK-2'), keys, sort)).toBe(3);
		expect(placeAmong(keyed('DEP-1'), [undefined, ...keys], sort)).toBe(1);
	});

	it('is the default one for what is not known', () => {
		expect(sortFrom('-nonsense')).toEqual({ name: 'updated', isDescending: true });
	});
});
