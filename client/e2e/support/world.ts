import { randomBytes } from 'node:crypto';
import { DEMO, type Login } from './people.ts';
import { Program } from './program.ts';

export interface Somebody extends Login {
	id: number;
	name: string;
	program: Program;
}

export interface Issue {
	key: string;
	title: string;
	status: string;
	priority: string;
	version: number;
	created_at: string;
}

/** A private project with three people of its own, so that runs do not meet each other or the demo. */
export interface World {
	base: string;
	project: string;
	projectName: string;
	admin: Program;
	maintainer: Somebody;
	reporter: Somebody;
	other: Somebody;
	/** Files an issue as the reporter, or as somebody else. */
	file: (title: string, who?: Somebody, more?: Record<string, unknown>) => Promise<Issue>;
	read: (key: string) => Promise<Issue>;
}

const unique = () => randomBytes(4).toString('hex');
const letters = () =>
	[...randomBytes(5)].map((byte) => String.fromCharCode(65 + (byte % 26))).join('');

export async function makeWorld(base: string): Promise<World> {
	const admin = await Program.of(base, DEMO.admin);
	// Pictures show a name that a person would choose.
	const isPictured = process.env.TRACKLY_PICTURES !== undefined;
	const project = isPictured ? 'YRD' : `E${letters()}`;
	const projectName = isPictured ? 'Yard' : `Yard ${project}`;
	const draft = { key: project, name: projectName, visibility: 'private' };
	await admin.post('/api/projects', draft);
	const [maintainer, reporter, other] = await Promise.all([
		makeMember(base, admin, project, 'Nora Brandt', 'MAINTAINER'),
		makeMember(base, admin, project, 'Ravi Solheim', 'REPORTER'),
		makeMember(base, admin, project, 'Ada Lindqvist', 'REPORTER')
	]);
	return {
		base,
		project,
		projectName,
		admin,
		maintainer,
		reporter,
		other,
		file: (title, who = reporter, more = {}) =>
			who.program.post<Issue>('/api/issues', { project, title, ...more }),
		read: (key) => admin.get<Issue>(`/api/issues/${key}`)
	};
}

async function makeMember(
	base: string,
	admin: Program,
	project: string,
	name: string,
	role: string
): Promise<Somebody> {
	const login = { email: `${unique()}@yard.example`, password: `yard-${unique()}-${unique()}` };
	const { id } = await admin.post<{ id: number }>('/api/users', { ...login, name });
	await admin.put(`/api/projects/${project}/members/${id}`, { role });
	return { ...login, id, name, program: await Program.of(base, login) };
}

/** The world is left as it was: the project goes with all that is in it, and so do its people. */
export async function endWorld({ admin, project, ...world }: World): Promise<void> {
	await admin.delete(`/api/projects/${project}`);
	for (const { id } of [world.maintainer, world.reporter, world.other])
		await admin.delete(`/api/users/${id}`);
}
