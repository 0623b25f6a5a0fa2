import type { Problem } from '#lib/api/problem.ts';
import { m } from '#lib/paraglide/messages.js';
import { tokensOf } from './lex.ts';

/** What the server could not understand in a query, and where. */
export interface Mistake {
	start: number;
	end: number;
	text: string;
	/** What was probably meant there. */
	suggestion: string | null;
}

/** The mistake that a 422 names; null when the trouble is another one. */
export function mistakeOf(problem: Problem, query: string): Mistake | null {
	const at = problem.members.position;
	if (problem.status !== 422 || typeof at !== 'number') return null;
	const start = indexOf(query, at);
	const { suggestion, expected } = problem.members;
	const said = (problem.detail ?? problem.title).split(' at character ')[0] ?? problem.title;
	const what = said.charAt(0).toLowerCase() + said.slice(1);
	return {
		start,
		end: endAt(query, start),
		text:
			typeof suggestion === 'string'
				? m.list_mistake({ at: at + 1, what })
				: m.list_mistake_expected({ at: at + 1, what, expected: String(expected ?? '') }),
		suggestion: typeof suggestion === 'string' ? suggestion : null
	};
}

/** The server counts characters, a string here counts UTF-16 units. */
const indexOf = (text: string, characters: number): number =>
	[...text].slice(0, characters).join('').length;

/** The end of the field or value that begins at the mistake. */
function endAt(text: string, start: number): number {
	for (const token of tokensOf(text)) {
		if (token.end <= start) continue;
		if (token.kind !== 'term') return token.end;
		const value = token.values.find((one) => one.start <= start && start < one.end);
		return value?.end ?? token.start + token.field.length;
	}
	return text.length;
}

/** The query with what was probably meant. */
export const corrected = (query: string, { start, end, suggestion }: Mistake): string =>
	query.slice(0, start) + (suggestion ?? '') + query.slice(end);
