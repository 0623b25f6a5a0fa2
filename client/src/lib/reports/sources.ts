import { newKey } from '#lib/kit/ids.ts';
import { getSchema, sendTable, type OnPart } from '#lib/sources/commands.ts';
import { nameOf, tableName } from '#lib/sources/naming.ts';
import type { SqlSchema } from './sql/schema.ts';

export { listDatabases } from '#lib/sources/commands.ts';

/** What SQL can read in another database. */
export async function getForeignSchema(id: number): Promise<SqlSchema> {
	const { tables } = await getSchema(id);
	return { tables: tables.map((one) => ({ ...one, name: tableName(one) })), functions: [] };
}

/** Makes a dataset of a file, which is called like the file; its name. Throws a Problem. */
export async function uploadTable(file: File, onpart: OnPart): Promise<string> {
	const about = { name: nameOf(file), description: '', project: null };
	const table = await sendTable(file, about, newKey(), onpart).done;
	return table.upload?.dataset ?? '';
}
