import { tokensOf, type TermToken, type Token } from './lex.ts';

/** What a query asks for. An empty `all` asks for everything. */
export type Node =
	| { kind: 'all' | 'any'; parts: Node[] }
	| { kind: 'not'; part: Node }
	| { kind: 'word' | 'phrase'; text: string }
	| TermToken;

export interface Query {
	where: Node;
	/** e.g. `-priority`; null = the default order. */
	sort: string | null;
}

/** The tree of a query, or null when it can't be understood: then the server says why. */
export function parse(text: string): Query | null {
	const tokens = tokensOf(text).filter((token) => token.kind !== 'space' && token.kind !== 'and');
	const parser = new Parser(tokens.filter((token) => !isSort(token)));
	const sorts = tokens.filter(isSort);
	const sort = sorts[0]?.values[0]?.text ?? null;
	if (sorts.length > 1 || (sorts.length === 1 && sort === null)) return null;
	if (parser.isOver) return { where: { kind: 'all', parts: [] }, sort };
	const where = parser.any();
	return where && parser.isOver ? { where, sort } : null;
}

const isSort = (token: Token): token is TermToken =>
	token.kind === 'term' && token.field === 'sort';

class Parser {
	#at = 0;
	readonly #tokens: readonly Token[];

	constructor(tokens: readonly Token[]) {
		this.#tokens = tokens;
	}

	get isOver(): boolean {
		return this.#at >= this.#tokens.length;
	}

	any(): Node | null {
		const parts: Node[] = [];
		do {
			if (parts.length > 0) this.#at += 1;
			const part = this.#all();
			if (!part) return null;
			parts.push(part);
		} while (this.#kind === 'or');
		return join('any', parts);
	}

	get #kind(): Token['kind'] | undefined {
		return this.#tokens[this.#at]?.kind;
	}

	#all(): Node | null {
		const parts: Node[] = [];
		while (!this.isOver && this.#kind !== 'close' && this.#kind !== 'or') {
			const part = this.#part();
			if (!part) return null;
			parts.push(part);
		}
		return parts.length > 0 ? join('all', parts) : null;
	}

	#part(): Node | null {
		const token = this.#tokens[this.#at++];
		switch (token?.kind) {
			case 'not': {
				const part = this.#part();
				return part && { kind: 'not', part };
			}
			case 'open': {
				const inner = this.any();
				return inner && this.#tokens[this.#at++]?.kind === 'close' ? inner : null;
			}
			case 'term':
				return token.values.length > 0 ? token : null;
			case 'word':
			case 'phrase':
				return { kind: token.kind, text: token.text };
			default:
				return null;
		}
	}
}

function join(kind: 'all' | 'any', parts: Node[]): Node {
	const [first] = parts;
	return parts.length === 1 && first ? first : { kind, parts };
}
