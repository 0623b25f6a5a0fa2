import { describe, expect, it } from 'vitest';
import { Problem } from '#lib/api/problem.ts';
import { dueState, dueWord } from './due.ts';
import { refusalOf } from './refusal.ts';
import { issueOf } from './testing.ts';

const now = new Date(2026, 10, 20, 9, 41);
const doneAt = (day: number) => new Date(2026, 10, day, 12).toISOString();

describe('due', () => {
	it.each([
		['2026-11-19', null, 'overdue', 'Thu 19 Nov'],
		['2026-11-20', null, 'today', 'Today'],
		['2026-11-24', null, 'soon', 'Tue 24 Nov'],
		['2026-12-04', null, 'later', '4 Dec'],
		['2026-11-19', doneAt(19), 'met', 'Met'],
		['2026-11-17', doneAt(19), 'late', '2 d late']
	] as const)('%s, done %s: %s', (day, done, state, word) => {
		expect([dueState(day, now, done), dueWord(day, now, done)]).toEqual([state, word]);
	});
});

describe('a refusal', () => {
	const illegal = (legal: string[]) =>
		new Problem({
			status: 409,
			code: 'illegal_transition',
			title: 'Illegal transition',
			members: { from: 'OPEN', to: 'DONE', legal }
		});

	it('offers the legal step that leads on', () => {
		const got = refusalOf('DEP-421', issueOf({}), illegal(['TRIAGED', 'IN_PROGRESS']));
		expect(got).toEqual({
			subject: 'DEP-421 stays Open.',
			text: 'It must be Triaged before Done',
			step: { status: 'TRIAGED', word: 'Triaged' }
		});
	});

	it('offers nothing where nothing is legal', () => {
		expect(refusalOf('DEP-421', issueOf({}), illegal([]))).toMatchObject({
			text: 'From Open your role may not move it',
			step: null
		});
	});

	it('says the reason of the field, else of the whole', () => {
		const invalid = new Problem({
			status: 422,
			code: 'invalid_input',
			title: 'Invalid',
			errors: [{ field: 'due_on', message: 'is no date' }]
		});
		expect(refusalOf('DEP-1', undefined, invalid)).toMatchObject({
			subject: 'DEP-1 stays as it was.',
			text: 'is no date'
		});
	});
});
