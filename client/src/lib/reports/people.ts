import type { Person } from '#lib/api/types.ts';
import { listPeople } from '#lib/people/commands.ts';
import { projects } from '#lib/projects/collection.svelte.ts';
import { session } from '#lib/session/session.svelte.ts';

const MOST = 100;

/** Whom the reader may send something to, by name: an admin everybody, others the people of their projects. */
export async function peopleHere(): Promise<Person[]> {
	const found = session.isAdmin ? await everybody() : await ofMyProjects();
	const me: Person = { id: session.user.id, name: session.user.name };
	const known = new Map([me, ...found].map((person) => [person.id, person]));
	return [...known.values()].sort((a, b) => a.name.localeCompare(b.name));
}

async function everybody(): Promise<Person[]> {
	const page = await listPeople({ q: '', role: '', active: 'true' }, null, MOST);
	return page.items;
}

async function ofMyProjects(): Promise<Person[]> {
	const mine = projects.list.filter(({ key }) => session.isAtLeast('MAINTAINER', key));
	const asked = await Promise.allSettled(mine.map(({ key }) => projects.loadPeople(key)));
	return asked.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}
