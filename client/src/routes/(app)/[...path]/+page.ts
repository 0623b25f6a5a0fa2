import { error } from '@sveltejs/kit';
import { m } from '#lib/paraglide/messages.js';

/** An address that is no page: said inside the shell, so that the way on is at hand. */
export async function load({ parent }) {
	await parent();
	error(404, m.page_not_found());
}
