import type { Glyph } from '#lib/ui/glyph.ts';

/** One line of the palette. */
export interface Jump {
	id: string;
	label: string;
	/** Quiet words after it: a key, a kind. */
	note?: string;
	icon?: Glyph;
	keys?: string;
	/** Other words that find it. */
	also?: string;
	run: () => void;
}

/** Every word of `text` begins a word of what the line says; those whose label begins with it come first. */
export function matching(jumps: readonly Jump[], text: string): Jump[] {
	const words = text.toLowerCase().split(/\s+/).filter(Boolean);
	const found = jumps.filter((jump) => {
		const says = ` ${jump.label} ${jump.note ?? ''} ${jump.also ?? ''}`.toLowerCase();
		return words.every((word) => says.includes(` ${word}`));
	});
	const begins = (jump: Jump) => Number(jump.label.toLowerCase().startsWith(words[0] ?? ''));
	return found.sort((a, b) => begins(b) - begins(a));
}

/** `trk-12` → `TRK-12`; null when it is no key. */
export function keyIn(text: string): string | null {
	const key = text.trim().toUpperCase();
	return /^[A-Z][A-Z0-9]{1,9}-[1-9][0-9]*$/.test(key) ? key : null;
}
