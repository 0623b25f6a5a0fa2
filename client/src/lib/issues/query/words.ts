const RUN = /[\p{L}\p{N}]+/gu;
const PREFIX_FROM = 3;

/** Letters and digits in runs, without accents, in one case: as the search index has them. */
export const wordsOf = (text: string): string[] =>
	text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().match(RUN) ?? [];

/** Whether `asked` stands in `text`: its words in a row, the last one perhaps only begun. */
export function holds(text: string, asked: string, isPhrase: boolean): boolean {
	const wanted = wordsOf(asked);
	const last = wanted.length - 1;
	if (last < 0) return true;
	const found = wordsOf(text);
	return found.some((_, at) =>
		wanted.every((word, index) => {
			const here = found[at + index];
			const isBegun = index === last && !isPhrase && word.length >= PREFIX_FROM;
			return isBegun ? here?.startsWith(word) : here === word;
		})
	);
}
