import { describe, expect, it } from 'vitest';
import { Problem } from '#lib/api/problem.ts';
import {
	bodyOf,
	emptyDraft,
	isBlank,
	isDraft,
	markerOf,
	pastedName,
	patchBetween
} from './draft.ts';
import { listed, sharedWords } from './markup.ts';
import { problemText } from './refused.ts';

describe('a draft', () => {
	const draft = { ...emptyDraft('TRK'), title: ' Freezes ', labels: ['ux'], due_on: '2026-12-01' };

	it('sends only what the role may say', () => {
		expect(bodyOf(draft, false)).toEqual({
			project: 'TRK',
			title: 'Freezes',
			description: '',
			severity: 'MEDIUM'
		});
		expect(bodyOf(draft, true)).toMatchObject({
			priority: 'MEDIUM',
			labels: ['ux'],
			assignee_id: null
		});
	});

	it('is kept and read back, and not when it is something else', () => {
		expect(isDraft(JSON.parse(JSON.stringify(draft)))).toBe(true);
		expect(isDraft({ ...draft, severity: 'BAD' })).toBe(false);
		expect(isDraft(null)).toBe(false);
		expect(isDraft({ title: 'x' })).toBe(false);
		expect(isBlank(emptyDraft('TRK'))).toBe(true);
		expect(isBlank(draft)).toBe(false);
	});

	it('says what has to be changed in what was filed before it was written on', () => {
		const sent = bodyOf(draft, true);
		expect(patchBetween(sent, sent)).toBeNull();
		expect(patchBetween(sent, { ...sent, title: 'Freezes often', labels: ['ux', 'api'] })).toEqual({
			title: 'Freezes often',
			labels: ['ux', 'api']
		});
	});
});

describe('pasted pictures', () => {
	it('get the first free name', () => {
		expect(pastedName('image/png', [])).toBe('pasted-image-1.png');
		expect(pastedName('image/jpeg', ['pasted-image-1.png', 'a.log'])).toBe('pasted-image-2.jpg');
		expect(pastedName('image/webp', ['pasted-image-2.png'])).toBe('pasted-image-1.webp');
	});

	it('have something that stands for them in the text', () => {
		expect(markerOf('pasted-image-1.png')).toBe(
			'![pasted-image-1.png](attachment:pasted-image-1.png)'
		);
	});
});

describe('markup', () => {
	it('makes a list of the chosen lines', () => {
		expect(listed({ text: 'a\nb\nc', from: 2, to: 5 })).toEqual({
			text: 'a\n- b\n- c',
			from: 4,
			to: 9
		});
	});

	it('sets apart the words that both titles have', () => {
		const pieces = sharedWords('Scanner freezes after 200 scans', 'after 200 SCANS it is');
		expect(pieces.filter(({ isShared }) => isShared).map(({ text }) => text)).toEqual([
			'after',
			'200',
			'scans'
		]);
		expect(pieces.map(({ text }) => text).join('')).toBe('Scanner freezes after 200 scans');
		expect(sharedWords('It is', 'it is')).toEqual([{ text: 'It is', isShared: false }]);
	});
});

describe('a refusal', () => {
	const problem = (status: number, errors: { field: string; message: string }[] = []) =>
		new Problem({ status, code: 'x', title: 'No', errors });

	it('says what is safe and what comes next', () => {
		expect(problemText(problem(401))).toMatch(/signed out.*draft is kept/i);
		expect(problemText(problem(0))).toMatch(/draft is kept/i);
		expect(problemText(problem(503))).toMatch(/draft is kept/i);
		expect(problemText(problem(403))).toBe('No');
		expect(problemText(problem(422, [{ field: 'title', message: 'too long' }]))).toMatch(
			/marked above/
		);
		expect(problemText(problem(422, [{ field: 'due_on', message: 'no date' }]))).toBe(
			'due_on: no date'
		);
	});
});
