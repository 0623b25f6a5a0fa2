import type { Selection } from '../page/markdown_edit.ts';

/** Puts `- ` before each chosen line. */
export function listed({ text, from, to }: Selection): Selection {
	const start = text.lastIndexOf('\n', from - 1) + 1;
	const lines = text
		.slice(start, to)
		.split('\n')
		.map((line) => `- ${line}`)
		.join('\n');
	return {
		text: text.slice(0, start) + lines + text.slice(to),
		from: from + 2,
		to: start + lines.length
	};
}

export interface Piece {
	text: string;
	isShared: boolean;
}

const RUN = /[\p{L}\p{N}]+/gu;
const SHORT = 3;

/** A title in pieces, those set apart whose word is also in `typed`. */
export function sharedWords(title: string, typed: string): Piece[] {
	const words = new Set(
		(typed.toLowerCase().match(RUN) ?? []).filter((word) => word.length >= SHORT)
	);
	const pieces: Piece[] = [];
	let at = 0;
	for (const { 0: word, index } of title.matchAll(RUN)) {
		if (!words.has(word.toLowerCase())) continue;
		if (index > at) pieces.push({ text: title.slice(at, index), isShared: false });
		pieces.push({ text: word, isShared: true });
		at = index + word.length;
	}
	if (at < title.length) pieces.push({ text: title.slice(at), isShared: false });
	return pieces;
}
