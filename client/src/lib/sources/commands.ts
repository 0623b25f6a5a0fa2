import { api } from '#lib/api/client.ts';
import type { Page } from '#lib/api/types.ts';
import { upload, type Upload } from '#lib/api/upload.ts';
import type {
	About,
	DatabaseIn,
	DataSource,
	Rows,
	SourcePatch,
	SourceSchema,
	Trial
} from './types.ts';

const AT = '/api/data-sources';
const LIST = 100;

export type OnPart = (sent: number, total: number) => void;

/** The sources that the reader may use, by name. */
export async function listSources(after: string | null): Promise<Page<DataSource>> {
	return (await api.get<Page<DataSource>>(AT, { query: { limit: LIST, after } })).data;
}

/** The databases among them, which SQL can read. */
export async function listDatabases(): Promise<DataSource[]> {
	const query = { kind: 'postgresql', limit: LIST };
	return (await api.get<Page<DataSource>>(AT, { query })).data.items;
}

export async function getSource(id: number): Promise<DataSource> {
	return (await api.get<DataSource>(`${AT}/${id}`)).data;
}

/** Registers a database. With the same `key` it happens once, however often it is sent. */
export async function createDatabase(database: DatabaseIn, key: string): Promise<DataSource> {
	return (await api.post<DataSource>(AT, database, { key })).data;
}

/** Changes only what is sent; 412 when somebody else changed the source since `version`. */
export async function patchSource(
	id: number,
	patch: SourcePatch,
	version: number
): Promise<DataSource> {
	return (await api.patch<DataSource>(`${AT}/${id}`, patch, { version })).data;
}

export const deleteSource = (id: number, version: number) => api.delete(`${AT}/${id}`, { version });

/** Tries a stored database, step by step. */
export async function tryDatabase(id: number, signal: AbortSignal): Promise<Trial> {
	return (await api.post<Trial>(`${AT}/${id}/test`, undefined, { signal })).data;
}

/** What there is to read in a database. */
export async function getSchema(id: number, signal?: AbortSignal): Promise<SourceSchema> {
	return (await api.get<SourceSchema>(`${AT}/${id}/schema`, signal ? { signal } : {})).data;
}

/** The first rows of a table, as a report of it would have them. */
export async function getRows(dataset: string, tz: string, signal: AbortSignal): Promise<Rows> {
	const source = { kind: 'dataset', dataset, filter: '', columns: [], group_by: [], sort: [] };
	const trial = { source, declared: [], parameters: {}, tz };
	return (await api.post<Rows>('/api/reports/preview', trial, { signal })).data;
}

/** Sends a file that becomes a table. */
export function sendTable(
	file: File,
	{ name, description, project }: About,
	key: string,
	onprogress: OnPart
): Upload<DataSource> {
	const query = new URLSearchParams({ name, description, ...(project ? { project } : {}) });
	return upload<DataSource>(`${AT}/uploads?${query}`, file, { key, onprogress });
}

/** Puts another file in the place of a table, at once and whole; 412 as `patchSource`. */
export const replaceTable = (
	id: number,
	file: File,
	version: number,
	onprogress: OnPart
): Upload<DataSource> =>
	upload<DataSource>(`${AT}/${id}/content`, file, { method: 'PUT', version, onprogress });
