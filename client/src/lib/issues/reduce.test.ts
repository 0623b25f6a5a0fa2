import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IssueCollection } from './collection.svelte.ts';
import { isNewer, merge, withOverlays, type Issue } from './reduce.ts';
import { issueOf } from './testing.ts';

const timeAt = (n: number) => `2026-11-20T09:41:12.${String(n).padStart(6, '0')}Z`;

/** The life of one issue: edits bump the version, comments move the time alone; some tell the text, some do not. */
const life: fc.Arbitrary<Issue[]> = fc
	.array(fc.record({ isEdit: fc.boolean(), hasText: fc.boolean(), isTextEdit: fc.boolean() }), {
		minLength: 1,
		maxLength: 12
	})
	.map((moments) => {
		let version = 1;
		let text = 'text 1';
		return moments.map(({ isEdit, hasText, isTextEdit }, n) => {
			if (isEdit) version += 1;
			if (isEdit && isTextEdit) text = `text ${version}`;
			const told = hasText || (isEdit && isTextEdit);
			return {
				...issueOf({
					version,
					updated_at: timeAt(n),
					title: `title ${version}`,
					comments_count: n
				}),
				...(told ? { description: text, description_html: `<p>${text}</p>` } : {})
			};
		});
	});

const shuffled = <T>(items: T[]): fc.Arbitrary<T[]> =>
	fc.shuffledSubarray(items, { minLength: items.length, maxLength: items.length });

const held = (issues: readonly Issue[]): Issue =>
	issues.reduce<Issue | undefined>((all, issue) => merge(all, issue), undefined) as Issue;

describe('newer wins', () => {
	it('version first, then time', () => {
		const base = { version: 2, updated_at: timeAt(5) };
		expect(isNewer({ version: 3, updated_at: timeAt(1) }, base)).toBe(true);
		expect(isNewer({ version: 2, updated_at: timeAt(6) }, base)).toBe(true);
		expect(isNewer(base, base)).toBe(false);
		expect(isNewer({ version: 1, updated_at: timeAt(9) }, base)).toBe(false);
	});

	it('in any order, with any repetition, the last state stands', () => {
		fc.assert(
			fc.property(
				life.chain((all) => fc.tuple(fc.constant(all), shuffled([...all, ...all]))),
				([all, told]) => {
					const { text_version, ...end } = held(told);
					const last = all.at(-1) as Issue;
					const text = all.findLast(({ description }) => description !== undefined);
					expect(end).toEqual({
						...last,
						...(text
							? { description: text.description, description_html: text.description_html }
							: {})
					});
					expect(text_version).toBe(text?.version);
				}
			)
		);
	});

	it('what changes nothing gives back the same object', () => {
		const issue = merge(undefined, { ...issueOf({}), description: 'x', description_html: 'x' });
		expect(merge(issue, issueOf({}))).toBe(issue);
	});

	it('a text of an older version gives way to the newer text that comes later', () => {
		const first = merge(undefined, {
			...issueOf({ version: 1 }),
			description: 'old',
			description_html: 'old'
		});
		const list = merge(first, issueOf({ version: 3 }));
		expect(list.description).toBe('old');
		const detail = merge(list, {
			...issueOf({ version: 3 }),
			description: 'new',
			description_html: 'new'
		});
		expect(detail.description).toBe('new');
	});
});

describe('overlays', () => {
	it('Done brings a resolution, leaving it takes it away', () => {
		const open = issueOf({});
		expect(withOverlays(open, [{ status: 'DONE' }]).resolution).toBe('FIXED');
		expect(withOverlays(open, [{ status: 'DONE', resolution: 'DUPLICATE' }]).resolution).toBe(
			'DUPLICATE'
		);
		expect(withOverlays(open, [{ status: 'DONE' }, { status: 'OPEN' }]).resolution).toBeNull();
	});

	it('lie over what is held, and taking one away leaves the others and what came meanwhile', () => {
		const issues = new IssueCollection();
		issues.put(issueOf({ key: 'TRK-1' }));
		const undoTitle = issues.overlay('TRK-1', 'a', { title: 'Mine' });
		const undoStatus = issues.overlay('TRK-1', 'b', { status: 'TRIAGED' });
		issues.put(issueOf({ key: 'TRK-1', version: 2, severity: 'HIGH', title: 'Theirs' }));
		expect(issues.get('TRK-1')).toMatchObject({
			title: 'Mine',
			status: 'TRIAGED',
			severity: 'HIGH'
		});
		undoTitle();
		expect(issues.get('TRK-1')).toMatchObject({ title: 'Theirs', status: 'TRIAGED' });
		undoStatus();
		expect(issues.isWaiting('TRK-1')).toBe(false);
		expect(issues.get('TRK-1')).toBe(issues.saved('TRK-1'));
	});
});

describe('the collection', () => {
	it('what was deleted stays deleted, whatever comes late', () => {
		const issues = new IssueCollection();
		issues.put(issueOf({ key: 'TRK-1', id: 1 }));
		issues.apply({ kind: 'issue-gone', id: 1, key: 'TRK-1' }, 9);
		issues.put(issueOf({ key: 'TRK-1', id: 1, version: 7 }));
		expect(issues.get('TRK-1')).toBeUndefined();
	});

	it('what is forgotten may come back', () => {
		const issues = new IssueCollection();
		issues.put(issueOf({ key: 'TRK-1', id: 1 }));
		expect(issues.forget('TRK-1')).toBe(true);
		expect(issues.forget('TRK-1')).toBe(false);
		issues.put(issueOf({ key: 'TRK-1', id: 1 }));
		expect(issues.get('TRK-1')).toBeDefined();
	});

	it('watching is the reader’s own', () => {
		const issues = new IssueCollection();
		issues.put({ ...issueOf({ key: 'TRK-1' }), watching: false });
		issues.apply({ kind: 'watching', issue: 'TRK-1', userId: 4, watching: true }, 9);
		expect(issues.get('TRK-1')?.watching).toBe(false);
		issues.apply({ kind: 'watching', issue: 'TRK-1', userId: 9, watching: true }, 9);
		expect(issues.get('TRK-1')?.watching).toBe(true);
	});
});
