import { Problem } from '#lib/api/problem.ts';
import { m } from '#lib/paraglide/messages.js';
import { session } from '#lib/session/session.svelte.ts';

/** For admins, and for those who maintain a project. */
export async function load({ parent }) {
	await parent();
	const maintains = session.me?.projects.some(({ role }) => role !== 'REPORTER');
	if (!session.isAdmin && !maintains)
		throw new Problem({ status: 403, code: 'forbidden', title: m.page_forbidden_text() });
}
