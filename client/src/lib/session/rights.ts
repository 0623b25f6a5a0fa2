import { Problem } from '#lib/api/problem.ts';
import type { Role } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { session } from './session.svelte.ts';

/** Throws a Problem, 403, unless the reader has at least this role: everywhere, or in one project. */
export function ensureRole(role: Role, project?: string): void {
	const may = project === undefined ? session.me?.role === role : session.isAtLeast(role, project);
	if (!may) refuse(m.page_forbidden_text());
}

/** Throws a Problem, 403, that says why, unless the reader is an admin or a maintainer. */
export function ensureStaff(why: string): void {
	if (session.me?.role === 'REPORTER') refuse(why);
}

function refuse(title: string): never {
	throw new Problem({ status: 403, code: 'forbidden', title });
}
