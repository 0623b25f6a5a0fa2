import type { SchemaTable } from './types.ts';

/** What a table is called in SQL: those outside of `public` go by both names. */
export const tableName = ({ schema_name, name }: SchemaTable): string =>
	schema_name === 'public' ? name : `${schema_name}.${name}`;

/** What a table is called that comes of a file: the file's name without its ending. */
export function nameOf({ name }: Pick<File, 'name'>): string {
	return (name.replace(/\.[^.]+$/, '') || name).slice(0, 120);
}
