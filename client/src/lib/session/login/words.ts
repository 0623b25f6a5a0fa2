import type { Problem } from '#lib/api/problem.ts';
import { m } from '#lib/paraglide/messages.js';

/** Why the login did not work, what is still safe, and the next step. */
export function loginError(problem: Problem): string {
	if (problem.status === 401) return m.wrong_login();
	if (problem.status === 429) return m.too_many_logins({ seconds: problem.retryAfterS ?? 60 });
	return problem.errors[0]?.message ?? problem.message;
}

const SSO: Record<string, (by: { name: string }) => string> = {
	cancelled: m.sso_cancelled,
	state: m.sso_too_late,
	email_unverified: m.sso_email_unverified,
	unknown_person: m.sso_unknown_person,
	account_disabled: m.sso_account_disabled,
	another_identity: m.sso_another_identity,
	provider_down: m.sso_down
};

/** Why the single sign-on did not work; `name` is the provider's. */
export const ssoError = (reason: string, name: string): string =>
	(SSO[reason] ?? m.sso_failed)({ name });
