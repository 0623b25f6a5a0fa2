import { newKey } from '#lib/kit/ids.ts';
import { fetchApi } from './transport.ts';

/** What came back: the body, and where in the event log it was read. */
export interface Answer<T> {
	data: T;
	/** Opaque position in the event log; null when the answer is no snapshot. */
	cursor: string | null;
}

export type QueryValue = string | number | boolean | null | undefined | readonly string[];
export type Query = Record<string, QueryValue>;

interface Reading {
	query?: Query;
	signal?: AbortSignal;
}

interface Writing {
	/** The key of this intent: sent again with it, the server does it once. */
	key?: string;
	/** Refuse with 412 unless this is still the version. */
	version?: number;
	signal?: AbortSignal;
}

/** `/api/issues?status=OPEN,TRIAGED`: lists are joined by commas, nothing and '' are left out. */
export function address(path: string, query: Query = {}): string {
	const pairs = Object.entries(query).flatMap(([name, value]) => {
		const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
		return text === '' ? [] : [`${name}=${encodeURIComponent(text)}`];
	});
	return pairs.length > 0 ? `${path}?${pairs.join('&')}` : path;
}

async function answer<T>(response: Response): Promise<Answer<T>> {
	const isEmpty =
		response.status === 204 || (response.status === 202 && !response.headers.get('Content-Type'));
	return {
		data: (isEmpty ? null : await response.json()) as T,
		cursor: response.headers.get('X-Trackly-Cursor')
	};
}

async function write<T>(
	method: string,
	path: string,
	body: unknown,
	how: Writing
): Promise<Answer<T>> {
	const headers: Record<string, string> = {};
	if (body !== undefined) headers['Content-Type'] = 'application/json';
	if (method === 'POST') headers['Idempotency-Key'] = how.key ?? newKey();
	if (how.version !== undefined) headers['If-Match'] = `"${how.version}"`;
	const response = await fetchApi(path, {
		method,
		headers,
		body: body === undefined ? null : JSON.stringify(body),
		signal: how.signal ?? null
	});
	return answer<T>(response);
}

/** The HTTP API. Every verb answers with data or throws a Problem. */
export const api = {
	get: async <T>(path: string, { query, signal }: Reading = {}): Promise<Answer<T>> =>
		answer<T>(await fetchApi(address(path, query), { signal: signal ?? null })),
	post: <T>(path: string, body?: unknown, how: Writing = {}) => write<T>('POST', path, body, how),
	patch: <T>(path: string, body: unknown, how: Writing = {}) => write<T>('PATCH', path, body, how),
	put: <T>(path: string, body?: unknown, how: Writing = {}) => write<T>('PUT', path, body, how),
	delete: <T = null>(path: string, how: Writing = {}) => write<T>('DELETE', path, undefined, how)
};
