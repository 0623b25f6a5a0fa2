import { api } from '#lib/api/client.ts';
import type { Label, Page, ProjectOut, Role, Workflow } from '#lib/api/types.ts';

export interface ProjectDraft {
	key: string;
	name: string;
	visibility: 'open' | 'private';
	timezone: string;
	reporters_see_all: boolean;
}

export type ProjectPatch = Partial<
	Pick<ProjectOut, 'name' | 'description' | 'visibility' | 'timezone' | 'reporters_see_all'>
>;

export interface Member {
	user_id: number;
	name: string;
	role: Role;
}

const at = (key: string) => `/api/projects/${encodeURIComponent(key)}`;

export async function getProject(key: string): Promise<ProjectOut> {
	return (await api.get<ProjectOut>(at(key))).data;
}

/** Opens a project. With the same `idempotencyKey` it happens once, however often it is sent. */
export async function createProject(
	draft: ProjectDraft,
	idempotencyKey: string
): Promise<ProjectOut> {
	return (await api.post<ProjectOut>('/api/projects', draft, { key: idempotencyKey })).data;
}

export async function editProject(
	key: string,
	patch: ProjectPatch,
	version: number
): Promise<ProjectOut> {
	return (await api.patch<ProjectOut>(at(key), patch, { version })).data;
}

/** With all of its issues, comments and files. */
export const deleteProject = (key: string) => api.delete(at(key));

/** Who has a role of their own in the project, by name. */
export async function listMembers(key: string, signal?: AbortSignal): Promise<Member[]> {
	const how = signal ? { signal } : {};
	return (await api.get<Page<Member>>(`${at(key)}/members`, how)).data.items;
}

export async function putMember(key: string, userId: number, role: Role): Promise<Member> {
	return (await api.put<Member>(`${at(key)}/members/${userId}`, { role })).data;
}

export const removeMember = (key: string, userId: number) =>
	api.delete(`${at(key)}/members/${userId}`);

export async function createLabel(key: string, label: Label): Promise<Label> {
	return (await api.post<Label>(`${at(key)}/labels`, label)).data;
}

export async function getWorkflow(key: string): Promise<Workflow> {
	return (await api.get<Workflow>(`${at(key)}/workflow`)).data;
}

export async function putWorkflow(
	key: string,
	workflow: Omit<Workflow, 'version'>,
	version: number
): Promise<Workflow> {
	return (await api.put<Workflow>(`${at(key)}/workflow`, workflow, { version })).data;
}
