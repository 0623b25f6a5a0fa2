import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOf, type Piece } from './diff.ts';

const text = (pieces: readonly Piece[]) => pieces.map((piece) => piece.text).join('');
const marked = (pieces: readonly Piece[]) =>
	pieces.map((piece) => (piece.isOther ? `[${piece.text}]` : piece.text)).join('');

describe('differenceOf', () => {
	it('marks the words that only one side has', () => {
		const { theirs, mine } = differenceOf(
			'Scanner freezes after about 200 scans in one session',
			'Scanner app freezes after 200 scans on a truck'
		);
		expect(marked(theirs)).toBe('Scanner freezes after [about ]200 scans [in one session]');
		expect(marked(mine)).toBe('Scanner [app ]freezes after 200 scans [on a truck]');
	});

	it('marks nothing in equal texts, and everything beside an empty one', () => {
		expect(marked(differenceOf('a b', 'a b').mine)).toBe('a b');
		expect(marked(differenceOf('', 'a b').mine)).toBe('[a b]');
		expect(differenceOf('', '')).toEqual({ theirs: [], mine: [] });
	});

	it('loses no character of either side', () => {
		const words = fc.array(fc.constantFrom('a', 'b', ' ', '\n', '—', 'é', '.'), { maxLength: 40 });
		fc.assert(
			fc.property(words, words, (a, b) => {
				const { theirs, mine } = differenceOf(a.join(''), b.join(''));
				expect(text(theirs)).toBe(a.join(''));
				expect(text(mine)).toBe(b.join(''));
				const same = (pieces: readonly Piece[]) =>
					text(pieces.filter(({ isOther }) => !isOther)).replace(/\s/g, '');
				expect(same(theirs)).toBe(same(mine));
			})
		);
	});

	it('keeps its time with long texts that share nothing', () => {
		const long = (word: string) => Array.from({ length: 4000 }, (_, n) => `${word}${n}`).join(' ');
		const { theirs, mine } = differenceOf(long('a'), long('b'));
		expect(theirs).toHaveLength(1);
		expect(mine).toHaveLength(1);
	});
});
