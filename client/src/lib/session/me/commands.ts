import { api } from '#lib/api/client.ts';
import type { ApiTokenOut, Page, Scope, SessionOut } from '#lib/api/types.ts';

export interface NewToken {
	name: string;
	scopes: Scope[];
	expires_at: string;
}

/** Where the reader is signed in, the present one first. */
export async function listSessions(): Promise<SessionOut[]> {
	const { data } = await api.get<Page<SessionOut>>('/api/auth/sessions', { query: { limit: 100 } });
	return data.items.sort((a, b) => Number(b.current) - Number(a.current));
}

export async function listTokens(): Promise<ApiTokenOut[]> {
	const { data } = await api.get<Page<ApiTokenOut>>('/api/auth/tokens', { query: { limit: 100 } });
	return data.items;
}

export const endSession = (id: string) => api.delete(`/api/auth/sessions/${id}`);

export const revokeToken = (id: string) => api.delete(`/api/auth/tokens/${id}`);

/** Makes a token. The answer is the only place where its text ever is. */
export async function createToken(
	token: NewToken,
	key: string
): Promise<ApiTokenOut & { token: string }> {
	const { data } = await api.post<ApiTokenOut & { token: string }>('/api/auth/tokens', token, {
		key
	});
	return data;
}
