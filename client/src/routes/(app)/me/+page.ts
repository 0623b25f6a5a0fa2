import { redirect } from '@sveltejs/kit';
import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { ApiTokenOut, SessionOut } from '#lib/api/types.ts';
import { listSessions, listTokens } from '#lib/session/me/commands.ts';
import { session } from '#lib/session/session.svelte.ts';

export interface Loaded<T> {
	items: T[];
	problem: Problem | null;
}

/** The two lists stand alone: one that does not load leaves the other. */
export async function load({
	parent
}): Promise<{ sessions: Loaded<SessionOut>; tokens: Loaded<ApiTokenOut> }> {
	await parent();
	if (!session.me) redirect(307, '/login');
	const [sessions, tokens] = await Promise.all([settled(listSessions()), settled(listTokens())]);
	return { sessions, tokens };
}

const settled = <T>(list: Promise<T[]>): Promise<Loaded<T>> =>
	list.then(
		(items) => ({ items, problem: null }),
		(thrown: unknown) => ({ items: [], problem: asProblem(thrown) })
	);
