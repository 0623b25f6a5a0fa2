import { Problem } from '#lib/api/problem.ts';
import { m } from '#lib/paraglide/messages.js';
import { session } from '#lib/session/session.svelte.ts';

/** Data sources are for who makes reports. Throws a Problem, 403. */
export function ensureStaff(): void {
	if (session.me?.role === 'REPORTER')
		throw new Problem({ status: 403, code: 'forbidden', title: m.sources_staff_only() });
}
