import { ensureStaff } from '#lib/sources/rights.ts';

/** For maintainers and admins. */
export async function load({ parent }) {
	await parent();
	ensureStaff();
}
