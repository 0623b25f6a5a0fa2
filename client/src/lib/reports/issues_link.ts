import type { Source } from './types.ts';

const PARAMETER = /\$([a-z][a-z0-9_]{0,39})/g;
const BEHIND_A_COMPARISON = /[<>=]:[a-z]/;
/** It asks who reads: everybody has rows of their own. As the server looks for it. */
const ME = /(?<![\w"$])me(?![\w"])|is:watching/i;

interface Reading {
	/** The values of the parameters, as far as they are known. */
	values?: Readonly<Record<string, unknown>>;
	/** The reader is the one with whose rights it was read. */
	isMine: boolean;
}

/**
 * The list of issues with the filter of a report: where one of its rows is one issue, and its filter can be said there.
 * null: it can't.
 */
export function issuesHref(source: Source | null, { values = {}, isMine }: Reading): string | null {
	if (source?.kind !== 'dataset' || source.dataset !== 'issues' || source.group_by.length > 0)
		return null;
	if (!isMine && ME.test(source.filter)) return null;
	const query = queryOf(source.filter, values);
	return query === null ? null : `/issues${query && `?q=${encodeURIComponent(query)}`}`;
}

/** The filter with the values in it. A value that is none, or that can't be written, makes it null. */
function queryOf(filter: string, values: Readonly<Record<string, unknown>>): string | null {
	if (BEHIND_A_COMPARISON.test(filter)) return null;
	const names = [...filter.matchAll(PARAMETER)].map(([, name = '']) => name);
	if (names.length > 0 && filter.includes('"')) return null;
	if (names.some((name) => written(values[name]) === null)) return null;
	return filter.trim().replace(PARAMETER, (_, name: string) => written(values[name]) ?? '');
}

function written(value: unknown): string | null {
	if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean')
		return null;
	const text = String(value);
	if (text === '' || text.includes('"')) return null;
	return /^[\w.-]+$/.test(text) ? text : `"${text}"`;
}
