import { projects } from '#lib/projects/collection.svelte.ts';
import { getProject, listMembers } from '#lib/projects/settings/commands.ts';
import { ensureRole } from '#lib/session/rights.ts';

/** A project that is not for the reader to know of is 404, as everywhere; one that they only report to, 403. */
export async function load({ params, parent }) {
	await parent();
	const key = params.key.toUpperCase();
	const project = await getProject(key);
	projects.apply({ kind: 'project', project });
	ensureRole('MAINTAINER', key);
	const [members] = await Promise.all([
		listMembers(key),
		projects.loadLabels(key),
		projects.loadWorkflow(key)
	]);
	return { key, members };
}
