/** A stretch of a template: plain words, or a variable between double braces. */
export interface Stretch {
	text: string;
	/** The name of the variable; null for plain words. */
	name: string | null;
	/** Nothing stands for it. */
	isUnknown: boolean;
}

const VARIABLE = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** `Done this week` is known as `done_this_week`. */
export const variableOf = (label: string): string =>
	label
		.trim()
		.toLowerCase()
		.replace(/[^\p{L}\p{N}_]+/gu, '_')
		.replace(/^_+|_+$/g, '');

/** The text in stretches; joined again they are the text. `known` null: nobody said which variables there are. */
export function stretchesOf(text: string, known: readonly string[] | null): Stretch[] {
	const stretches: Stretch[] = [];
	let end = 0;
	for (const found of text.matchAll(VARIABLE)) {
		if (found.index > end) stretches.push(plain(text.slice(end, found.index)));
		const name = variableOf(found[1] ?? '');
		stretches.push({ text: found[0], name, isUnknown: known !== null && !known.includes(name) });
		end = found.index + found[0].length;
	}
	if (end < text.length) stretches.push(plain(text.slice(end)));
	return stretches;
}

const plain = (text: string): Stretch => ({ text, name: null, isUnknown: false });

/** The text with a variable put in place of what is selected, and where the caret goes. */
export function inserted(
	text: string,
	name: string,
	from: number,
	to: number
): { text: string; caret: number } {
	const variable = `{{${name}}}`;
	return { text: text.slice(0, from) + variable + text.slice(to), caret: from + variable.length };
}
