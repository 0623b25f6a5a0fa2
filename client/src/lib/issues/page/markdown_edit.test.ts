import { describe, expect, it } from 'vitest';
import { coded, inserted, quoted, replaced, wrapped, type Selection } from './markdown_edit.ts';
import { markdownOf, named } from './uploads.svelte.ts';

/** `a[b]c` = b is selected. */
const read = (shown: string): Selection => {
	const from = shown.indexOf('[');
	const to = shown.indexOf(']') - 1;
	return { text: shown.replace('[', '').replace(']', ''), from, to };
};
const show = ({ text, from, to }: Selection) =>
	`${text.slice(0, from)}[${text.slice(from, to)}]${text.slice(to)}`;

describe('editing Markdown', () => {
	it('makes bold and takes it back', () => {
		const bold = wrapped(read('a [b] c'), '**');
		expect(show(bold)).toBe('a **[b]** c');
		expect(show(wrapped(bold, '**'))).toBe('a [b] c');
		expect(show(wrapped(read('[]'), '**'))).toBe('**[]**');
	});

	it('writes one line as code and several as a block', () => {
		expect(show(coded(read('run [ls] now')))).toBe('run `[ls]` now');
		expect(show(coded(read('see [a\nb]')))).toBe('see \n```\n[a\nb]\n```\n');
	});

	it('quotes whole lines', () => {
		expect(show(quoted(read('x\na[b\nc]d')))).toBe('x\n> a[b\n> c]d');
		expect(show(quoted(read('[]')))).toBe('> []');
	});

	it('puts a picture on a line of its own and fills in its address later', () => {
		const put = inserted(read('a[]'), '![x]()', true);
		expect(show(put)).toBe('a\n![x]()\n[]');
		expect(replaced(put.text, '![x]()', '![x](/y$&)')).toBe('a\n![x](/y$&)\n');
		expect(replaced('gone', '![x]()', 'y')).toBe('gone');
	});
});

describe('files in Markdown', () => {
	it('shows pictures and links to the rest', () => {
		expect(markdownOf({ id: 'f1', name: 'a[1].png', inline: true })).toBe(
			'![a\\[1\\].png](/api/attachments/f1/content)'
		);
		expect(markdownOf({ id: 'f1', name: 'a.log', inline: false })).toBe(
			'[a.log](/api/attachments/f1/content)'
		);
	});

	it('names a pasted picture by its moment, and no other', () => {
		const when = new Date(2026, 10, 20, 9, 4, 7);
		expect(named(new File(['x'], 'image.png'), when).name).toBe('pasted-2026-11-20-090407.png');
		expect(named(new File(['x'], 'plan.png'), when).name).toBe('plan.png');
	});
});
