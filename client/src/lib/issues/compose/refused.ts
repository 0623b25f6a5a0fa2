import type { Problem } from '#lib/api/problem.ts';
import { m } from '#lib/paraglide/messages.js';

const SHOWN = ['title', 'description'];

/** Why it was not filed, what is still safe, and the next step. What stands beside its field is not said twice. */
export function problemText(problem: Problem): string {
	if (problem.status === 401) return m.compose_signed_out();
	if (problem.isPassing) return m.compose_unreachable();
	const others = problem.errors.filter(({ field }) => !SHOWN.includes(field));
	if (others.length > 0)
		return others.map(({ field, message }) => `${field}: ${message}`).join('. ');
	return problem.errors.length > 0 ? m.compose_see_fields() : problem.message;
}
