import { api } from '#lib/api/client.ts';
import type { Page, Person, Role, UserOut } from '#lib/api/types.ts';

export interface PersonDraft {
	email: string;
	name: string;
	role: Role;
	/** Left out: the person signs in at the identity provider only. */
	password?: string;
}

export interface PersonPatch {
	email?: string;
	name?: string;
	role?: Role;
	active?: boolean;
	/** Ends all of their sessions. */
	password?: string;
}

export interface PeopleFilter {
	q: string;
	role: Role | '';
	active: '' | 'true' | 'false';
}

/** A page of the people, by name. */
export async function listPeople(
	filter: PeopleFilter,
	after: string | null,
	limit: number,
	signal?: AbortSignal
): Promise<Page<UserOut>> {
	const query = { ...filter, after, limit };
	const { data } = await api.get<Page<UserOut>>('/api/users', {
		query,
		...(signal ? { signal } : {})
	});
	return data;
}

export async function getPerson(id: number): Promise<UserOut> {
	const { data } = await api.get<UserOut>(`/api/users/${id}`);
	return data;
}

/** Lets somebody in. With the same `key` it happens once, however often it is sent. */
export async function createPerson(draft: PersonDraft, key: string): Promise<UserOut> {
	const { data } = await api.post<UserOut>('/api/users', draft, { key });
	return data;
}

export async function editPerson(
	id: number,
	patch: PersonPatch,
	version: number
): Promise<UserOut> {
	const { data } = await api.patch<UserOut>(`/api/users/${id}`, patch, { version });
	return data;
}

/** Closes the account for good; the name stays in histories. */
export const deletePerson = (id: number) => api.delete(`/api/users/${id}`);

interface SqlWriter {
	user: Person;
	granted_at: string;
	granted_by: number;
}

/** Who was given the right to write SQL. Admins have it anyway. */
export async function listSqlWriters(): Promise<number[]> {
	const { data } = await api.get<SqlWriter[]>('/api/sandbox/writers');
	return data.map(({ user }) => user.id);
}

/** 409: only maintainers can have it. */
export const grantSql = (id: number) => api.put(`/api/sandbox/writers/${id}`);
export const revokeSql = (id: number) => api.delete(`/api/sandbox/writers/${id}`);

/** Why nobody can write SQL on this server; null = who has the right can. */
export async function whySqlIsOff(): Promise<string | null> {
	const { data } = await api.get<{ available: boolean; reason: string | null }>('/api/sandbox');
	return data.available ? null : (data.reason ?? '');
}
