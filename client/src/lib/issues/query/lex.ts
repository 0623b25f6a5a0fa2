/** The query language cut into tokens. It never fails: what is half typed is a token, too. The grammar is the server's. */
export interface Value {
	text: string;
	start: number;
	end: number;
	isQuoted: boolean;
}

export type Token = { start: number; end: number } & (
	| { kind: 'space' | 'open' | 'close' | 'not' | 'or' | 'and' | 'broken' }
	| { kind: 'word' | 'phrase'; text: string }
	| { kind: 'term'; field: string; op: string; values: Value[]; valueStart: number }
);

export type TermToken = Extract<Token, { kind: 'term' }>;

const SPACE = /\s+/y;
const FIELD = /([A-Za-z_]+)(:(?![:/])|>=|<=|[=<>])/y;
const WORD = /[^\s()"]+/y;
const VALUE = /[^\s,()"]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
const JOIN = /(OR|AND)(?=[\s(]|$)/y;

function find(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(text);
}

const plain = (quoted: string): string => quoted.replace(/\\(.)/gs, '$1');

/** Every character of `text` is in exactly one token. */
export function tokensOf(text: string): Token[] {
	const tokens: Token[] = [];
	for (let at = 0; at < text.length; at = tokens.at(-1)?.end ?? text.length)
		tokens.push(next(text, at));
	return tokens;
}

function next(text: string, at: number): Token {
	const one = { start: at, end: at + 1 };
	const space = find(SPACE, text, at);
	if (space) return { kind: 'space', start: at, end: at + space[0].length };
	const char = text[at];
	if (char === '(') return { kind: 'open', ...one };
	if (char === ')') return { kind: 'close', ...one };
	if (char === '-')
		return /[\s)]|^$/.test(text[at + 1] ?? '')
			? { kind: 'word', text: '-', ...one }
			: { kind: 'not', ...one };
	if (char === '"') return phrase(text, at);
	const join = find(JOIN, text, at);
	if (join) return { kind: join[1] === 'OR' ? 'or' : 'and', start: at, end: at + join[0].length };
	return find(FIELD, text, at) ? term(text, at) : word(text, at);
}

function phrase(text: string, at: number): Token {
	const found = find(QUOTED, text, at);
	if (!found) return { kind: 'broken', start: at, end: text.length };
	return { kind: 'phrase', text: plain(found[1] ?? ''), start: at, end: at + found[0].length };
}

function word(text: string, at: number): Token {
	const found = find(WORD, text, at)?.[0] ?? text.charAt(at);
	return { kind: 'word', text: found, start: at, end: at + found.length };
}

/** A term whose values are those that are written already; none when nothing is there yet. */
function term(text: string, at: number): Token {
	const head = find(FIELD, text, at);
	const op = head?.[2] ?? ':';
	const valueStart = at + (head?.[0].length ?? 0);
	const values: Value[] = [];
	let end = valueStart;
	do {
		if (values.length > 0) end += 1;
		const value = valueAt(text, end);
		if (!value) break;
		values.push(value);
		end = value.end;
	} while (text[end] === ',');
	const field = (head?.[1] ?? '').toLowerCase();
	return { kind: 'term', field, op: op === '=' ? ':' : op, values, valueStart, start: at, end };
}

function valueAt(text: string, at: number): Value | null {
	const quoted = find(QUOTED, text, at);
	if (quoted)
		return { text: plain(quoted[1] ?? ''), start: at, end: at + quoted[0].length, isQuoted: true };
	const bare = find(VALUE, text, at);
	return bare && { text: bare[0], start: at, end: at + bare[0].length, isQuoted: false };
}
