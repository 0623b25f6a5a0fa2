import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '#lib/api/problem.ts';
import { tokensOf } from './lex.ts';
import { corrected, mistakeOf } from './mistake.ts';
import {
	add,
	cut,
	partsOf,
	sortOf,
	strokesOf,
	toggled,
	valuesOf,
	withSort,
	withValues
} from './text.ts';

const query = fc.string({
	unit: fc.constantFrom(
		'a',
		'status',
		':',
		'open',
		',',
		'"',
		'(',
		')',
		'-',
		' ',
		'OR',
		'>',
		'=',
		'é',
		'\\'
	)
});

describe('tokens', () => {
	it('cover any text exactly, in order', () => {
		fc.assert(
			fc.property(query, (text) => {
				const tokens = tokensOf(text);
				expect(tokens.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
			})
		);
	});

	it('knows a term from an address and from a word', () => {
		const kinds = (text: string) => tokensOf(text).map(({ kind }) => kind);
		expect(kinds('status:open')).toEqual(['term']);
		expect(kinds('https://x.y a::b')).toEqual(['word', 'space', 'word']);
		expect(kinds('- -a (b OR c)')).toEqual([
			'word',
			'space',
			'not',
			'word',
			'space',
			'open',
			'word',
			'space',
			'or',
			'space',
			'word',
			'close'
		]);
		expect(kinds('"half')).toEqual(['broken']);
	});
});

describe('editing the text', () => {
	it('finds the parts', () => {
		const parts = partsOf('freeze -label:"won\'t fix",ux (a OR b) due<2026-12-01 sort:-priority');
		expect(parts.map(({ text }) => text)).toEqual([
			'freeze',
			'-label:"won\'t fix",ux',
			'(a OR b)',
			'due<2026-12-01',
			'sort:-priority'
		]);
		expect(parts[1]).toMatchObject({
			field: 'label',
			values: ["won't fix", 'ux'],
			isNegated: true
		});
		expect(partsOf('a OR b')).toHaveLength(1);
	});

	it('adds, changes and takes away the values of a field', () => {
		expect(toggled('', 'status', 'open')).toBe('status:open');
		expect(toggled('freeze sort:-due', 'status', 'open')).toBe('freeze status:open sort:-due');
		expect(toggled('status:open x', 'status', 'triaged')).toBe('status:open,triaged x');
		expect(toggled('status:OPEN,triaged x', 'status', 'open')).toBe('status:triaged x');
		expect(toggled('a status:open b', 'status', 'open')).toBe('a b');
		expect(withValues('-label:ux', 'label', ['release 4.2'])).toBe('-label:ux label:"release 4.2"');
		expect(valuesOf('-label:ux label:api', 'label')).toEqual(['api']);
	});

	it('keeps what was asked together when a condition is added to an OR', () => {
		expect(add('a OR b sort:key', 'status:open')).toBe('(a OR b) status:open sort:key');
		expect(add('a OR b', 'status:open')).toBe('(a OR b) status:open');
		expect(add('(a OR b)', 'status:open')).toBe('(a OR b) status:open');
	});

	it('names one order, at the end', () => {
		expect(withSort('a sort:-due b', '-priority')).toBe('a sort:-priority b');
		expect(withSort('a', 'due')).toBe('a sort:due');
		expect(withSort('a sort:due', null)).toBe('a');
		expect(sortOf('-status:done sort:-updated')).toBe('-updated');
	});

	it('loses nothing but the cut', () => {
		expect(cut('a due<2026-11-01 b', 2, 16)).toBe('a b');
		fc.assert(
			fc.property(query, (text) => {
				expect(
					strokesOf(text, null)
						.map((stroke) => stroke.text)
						.join('')
				).toBe(text);
			})
		);
	});

	it('is read back as it was set', () => {
		const value = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '');
		fc.assert(
			fc.property(fc.uniqueArray(value, { minLength: 1, maxLength: 4 }), (values) => {
				expect(valuesOf(withValues('x -y sort:due', 'label', values), 'label')).toEqual(values);
			})
		);
	});
});

describe('a mistake', () => {
	const problem = (position: number, suggestion?: string) =>
		new Problem({
			status: 422,
			code: 'invalid_query',
			title: 'The query can’t be understood',
			detail: "There is no field 'sevrity' at character 13: expected one of …",
			members: { position, suggestion, expected: 'one of …' }
		});

	it('is shown where it is, and put right', () => {
		const text = 'status:open sevrity>=high';
		const mistake = mistakeOf(problem(12, 'severity'), text);
		expect(mistake).toMatchObject({ start: 12, end: 19, suggestion: 'severity' });
		expect(mistake?.text).toBe("Character 13: there is no field 'sevrity'.");
		expect(corrected(text, mistake ?? never())).toBe('status:open severity>=high');
	});

	it('counts characters as the server does', () => {
		expect(mistakeOf(problem(2), '😀 sevrity:x')).toMatchObject({ start: 3, end: 10 });
	});

	it('is none when the trouble is another one', () => {
		expect(mistakeOf(new Problem({ status: 503, code: 'x', title: 'x' }), '')).toBeNull();
	});
});

const never = (): never => {
	throw new Error('There is no mistake');
};
