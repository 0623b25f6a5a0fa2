import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const files = globSync('src/**/*.{svelte,css}').filter((file) => !file.endsWith('tokens.css'));
const RAW = /#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch)\(/gi;

/** What a file says about looks: a stylesheet all of it, a component its style block. */
const stylesOf = (file: string): string => {
	const text = readFileSync(file, 'utf8');
	if (file.endsWith('.css')) return text;
	return [...text.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(([, css]) => css).join('\n');
};

describe('looks', () => {
	it('finds the files it judges', () => expect(files.length).toBeGreaterThan(20));

	it.each(files)('%s takes its colours from the tokens', (file) => {
		expect(stylesOf(file).match(RAW) ?? []).toEqual([]);
	});

	it.each(files.filter((file) => file.endsWith('.svelte')))('%s has no inline style', (file) => {
		expect(readFileSync(file, 'utf8')).not.toMatch(/\sstyle="/);
	});
});
