import { ensureRole } from '#lib/session/rights.ts';

/** For admins; the list itself asks for what its address says. */
export async function load({ parent }) {
	await parent();
	ensureRole('ADMIN');
}
