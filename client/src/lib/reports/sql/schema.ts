/** What SQL may read: the views, their columns and what they mean. */
export interface SchemaColumn {
	name: string;
	type: string;
	description: string;
}
export interface SchemaTable {
	name: string;
	description: string;
	columns: SchemaColumn[];
}
export interface SqlSchema {
	tables: SchemaTable[];
	functions: { group: string; names: string[] }[];
}

/** A mistake in a statement, and where; lines and columns count from 1. */
export interface SqlMistake {
	line: number;
	column: number;
	reason: string;
}

/** What the check of a statement found. */
export interface SqlCheck {
	/** The statement as it was understood. */
	sql: string;
	tables: string[];
	parameters: string[];
	/** Declared for nothing. */
	unused: string[];
}

/** The place of a mistake in a text, as [from, to): to the end of the word that stands there. */
export function placeOf(text: string, { line, column }: SqlMistake): [number, number] {
	const lines = text.split('\n');
	const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
	const here = lines[line - 1] ?? '';
	const from = Math.min(text.length, before + Math.min(column - 1, here.length));
	const word = /^[\w$]+|^./u.exec(text.slice(from))?.[0].length ?? 0;
	if (word > 0) return [from, from + word];
	// At the very end: the last letter is marked, so that there is something to see.
	return [Math.max(0, from - 1), from];
}

/** The views whose name, description or a column has these words. */
export function tablesWith(tables: readonly SchemaTable[], text: string): SchemaTable[] {
	const words = text.trim().toLowerCase();
	if (words === '') return [...tables];
	return tables.filter(({ name, description, columns }) =>
		[name, description, ...columns.map((column) => column.name)].some((said) =>
			said.toLowerCase().includes(words)
		)
	);
}

/** The views that a statement names; all of them while it names none. */
export function tablesNamed(tables: readonly SchemaTable[], sql: string): readonly SchemaTable[] {
	const words = new Set(sql.toLowerCase().match(/[\w$]+/g) ?? []);
	const named = tables.filter(({ name }) => words.has(name.toLowerCase()));
	return named.length > 0 ? named : tables;
}
