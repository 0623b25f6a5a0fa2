import { ensureRole } from '#lib/session/rights.ts';

/** For admins. */
export async function load({ parent }) {
	await parent();
	ensureRole('ADMIN');
}
