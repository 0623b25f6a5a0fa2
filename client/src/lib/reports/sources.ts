import { api } from '#lib/api/client.ts';
import type { Page } from '#lib/api/types.ts';
import { upload, type Upload } from '#lib/api/upload.ts';
import type { SqlSchema } from './sql/schema.ts';

/** Data that is not Trackly's own: an uploaded table, or another database. */
export interface DataSource {
	id: number;
	kind: 'postgresql' | 'upload';
	name: string;
	description: string;
	upload: { dataset: string; rows: number; note: string } | null;
}

interface ForeignTable {
	schema_name: string;
	name: string;
	description: string;
	columns: { name: string; type: string; description: string }[];
}

/** Other databases that the reader's SQL may read. */
export async function listDatabases(): Promise<DataSource[]> {
	const query = { kind: 'postgresql', limit: 100 };
	return (await api.get<Page<DataSource>>('/api/data-sources', { query })).data.items;
}

/** What can be read there. Tables outside of `public` go by both names. */
export async function getForeignSchema(id: number): Promise<SqlSchema> {
	const { data } = await api.get<{ tables: ForeignTable[] }>(`/api/data-sources/${id}/schema`);
	const tables = data.tables.map(({ schema_name, name, description, columns }) => ({
		name: schema_name === 'public' ? name : `${schema_name}.${name}`,
		description,
		columns
	}));
	return { tables, functions: [] };
}

/** Sends a CSV or a workbook, which becomes a dataset. Its name is that of the file, without the ending. */
export function uploadTable(
	file: File,
	onprogress: (sent: number, total: number) => void
): Upload<DataSource> {
	const name = file.name.replace(/\.[^.]+$/, '').slice(0, 120) || file.name;
	const path = `/api/data-sources/uploads?name=${encodeURIComponent(name)}`;
	return upload<DataSource>(path, file, { onprogress });
}
