import { describe, expect, it } from 'vitest';
import { keyIn, matching, type Jump } from './palette.ts';

const jump = (label: string, note = '', also = ''): Jump => ({
	id: label,
	label,
	note,
	also,
	run: () => undefined
});
const jumps = [
	jump('Board'),
	jump('Settings'),
	jump('Scanner board', 'SCN'),
	jump('Dark', 'Theme')
];
const found = (text: string) => matching(jumps, text).map(({ label }) => label);

describe('the palette', () => {
	it('finds by the beginning of words, the best beginning first', () => {
		expect(found('bo')).toEqual(['Board', 'Scanner board']);
		expect(found('scn')).toEqual(['Scanner board']);
		expect(found('theme dark')).toEqual(['Dark']);
		expect(found('oard')).toEqual([]);
		expect(found('')).toHaveLength(4);
	});

	it('knows a key when it sees one', () => {
		expect([' trk-12 ', 'TRK-0', 'trk', '12', 'a-1', 'X9-7'].map(keyIn)).toEqual([
			'TRK-12',
			null,
			null,
			null,
			null,
			'X9-7'
		]);
	});
});
