import { m } from '#lib/paraglide/messages.js';
import { ensureStaff } from '#lib/session/rights.ts';

/** For who makes reports. */
export async function load({ parent }) {
	await parent();
	ensureStaff(m.sources_staff_only());
}
