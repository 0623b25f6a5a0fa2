import { m } from '#lib/paraglide/messages.js';
import { ensureStaff } from '#lib/session/rights.ts';

/** For everybody; a new one is for who may make it. */
export async function load({ parent, params }) {
	await parent();
	if (params.id === 'new') ensureStaff(m.reports_staff_only());
}
