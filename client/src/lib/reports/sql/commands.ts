import { api } from '#lib/api/client.ts';
import { asProblem } from '#lib/api/problem.ts';
import type { Parameter } from '../types.ts';
import type { SqlCheck, SqlMistake, SqlSchema } from './schema.ts';

/** What SQL may read. 403: the reader may not write any; 409: it is off on this server. */
export async function getSchema(): Promise<SqlSchema> {
	return (await api.get<SqlSchema>('/api/sandbox/schema')).data;
}

/** Looks at a statement without running it: the mistake in it, or null. */
export async function checkSql(
	sql: string,
	parameters: readonly Parameter[],
	signal: AbortSignal
): Promise<SqlMistake | null> {
	const types = parameters.map(({ name, type }) => ({ name, type }));
	try {
		await api.post<SqlCheck>('/api/sandbox/check', { sql, parameters: types }, { signal });
		return null;
	} catch (thrown) {
		const mistake = mistakeIn(asProblem(thrown).members);
		if (mistake) return mistake;
		throw thrown;
	}
}

/** Where a Problem says that the SQL is wrong; null when it says nothing of it. */
export function mistakeIn(members: Readonly<Record<string, unknown>>): SqlMistake | null {
	const { line, column, reason } = members;
	if (typeof line !== 'number' || typeof column !== 'number' || typeof reason !== 'string')
		return null;
	return { line, column, reason };
}
