import { tokensOf, type TermToken, type Token } from './lex.ts';

/** One thing that the whole query asks for, e.g. `-label:wontfix`, and where it stands in the text. */
export interface Part {
	start: number;
	end: number;
	text: string;
	/** The field of a term; null for words, phrases and groups. */
	field: string | null;
	/** How a term compares; `OR` when the whole is a choice. */
	op: string;
	values: string[];
	isNegated: boolean;
}

/** The parts that all have to hold. One part, the whole, when the query is an `a OR b`. */
export function partsOf(text: string): Part[] {
	const parts: Part[] = [];
	let depth = 0;
	let start = -1;
	for (const token of tokensOf(text)) {
		if (depth === 0 && token.kind === 'or') return whole(text);
		if (token.kind === 'space' || token.kind === 'and') continue;
		if (start < 0) start = token.start;
		if (token.kind === 'open') depth += 1;
		if (token.kind === 'close') depth -= 1;
		if (depth > 0 || token.kind === 'not') continue;
		parts.push(part(text, start, token));
		start = -1;
	}
	return parts;
}

function part(text: string, start: number, token: Token): Part {
	const isTerm = token.kind === 'term';
	return {
		start,
		end: token.end,
		text: text.slice(start, token.end),
		field: isTerm ? token.field : null,
		op: isTerm ? token.op : '',
		values: isTerm ? token.values.map((value) => value.text) : [],
		isNegated: text[start] === '-' && start < token.start
	};
}

const whole = (text: string): Part[] => [
	{
		start: 0,
		end: text.length,
		text,
		field: null,
		op: 'OR',
		values: [],
		isNegated: false
	}
];

/** The same query without what stands from `start` to `end`. */
export function cut(text: string, start: number, end: number): string {
	return `${text.slice(0, start).trimEnd()} ${text.slice(end).trimStart()}`.trim();
}

const isPlain = (field: string) => (found: Part) =>
	found.field === field && found.op === ':' && !found.isNegated;

/** What `field:` asks for, as it is written; empty when it does not. */
export function valuesOf(text: string, field: string): string[] {
	return partsOf(text).find(isPlain(field))?.values ?? [];
}

/** The same query asking for these values of a field; none of them takes the term away. */
export function withValues(text: string, field: string, values: readonly string[]): string {
	const held = partsOf(text).find(isPlain(field));
	const term = values.length > 0 ? `${field}:${values.map(written).join(',')}` : '';
	if (held) {
		if (term === '') return cut(text, held.start, held.end);
		return text.slice(0, held.start) + term + text.slice(held.end);
	}
	return term === '' ? text : add(text, term);
}

/** Adds one value to what a field asks for, or takes it away. */
export function toggled(text: string, field: string, value: string): string {
	const held = valuesOf(text, field);
	const same = (other: string) => other.toLowerCase() === value.toLowerCase();
	return withValues(
		text,
		field,
		held.some(same) ? held.filter((other) => !same(other)) : [...held, value]
	);
}

/** The term that names the order. It may stand anywhere at the top, also beside an OR. */
function sortTerm(text: string): TermToken | undefined {
	let depth = 0;
	for (const token of tokensOf(text)) {
		if (token.kind === 'open') depth += 1;
		if (token.kind === 'close') depth -= 1;
		if (depth === 0 && token.kind === 'term' && token.field === 'sort') return token;
	}
	return undefined;
}

/** The order that the query names, e.g. `-priority`; null = the default one. */
export const sortOf = (text: string): string | null => sortTerm(text)?.values[0]?.text ?? null;

export function withSort(text: string, sort: string | null): string {
	const held = sortTerm(text);
	const rest = held ? cut(text, held.start, held.end) : text.trim();
	if (sort === null) return rest;
	if (held) return `${text.slice(0, held.start)}sort:${sort}${text.slice(held.end)}`;
	return `${rest} sort:${sort}`.trim();
}

/** The query and one more condition, with the order left where it belongs: at the end. */
export function add(text: string, term: string): string {
	const sort = sortOf(text);
	const rest = withSort(text, null);
	const isChoice = partsOf(rest).some(({ op }) => op === 'OR');
	return withSort(`${isChoice ? `(${rest})` : rest} ${term}`.trim(), sort);
}

const written = (value: string): string =>
	/^[:/]|[\s,()"]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value;

export interface Stroke {
	text: string;
	/** How it is coloured: what is asked about, its negation, the rest. */
	ink: 'key' | 'not' | 'plain';
	isWrong: boolean;
}

/** The text in strokes of one colour each; `wrong` is where the server found a mistake. */
export function strokesOf(text: string, wrong: { start: number; end: number } | null): Stroke[] {
	const strokes: Stroke[] = [];
	let negated = false;
	const push = (start: number, end: number, ink: Stroke['ink']) => {
		if (end <= start) return;
		const isWrong = wrong !== null && start < wrong.end && end > wrong.start;
		strokes.push({ text: text.slice(start, end), ink, isWrong });
	};
	for (const token of tokensOf(text)) {
		const ink = negated ? 'not' : 'key';
		if (token.kind === 'term') {
			push(token.start, token.start + token.field.length, ink);
			push(token.start + token.field.length, token.valueStart, ink);
			push(token.valueStart, token.end, 'plain');
		} else if (token.kind === 'not') push(token.start, token.end, 'not');
		else
			push(token.start, token.end, token.kind === 'or' || token.kind === 'and' ? 'key' : 'plain');
		negated = token.kind === 'not';
	}
	return strokes;
}
