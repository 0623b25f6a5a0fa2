import { m } from '#lib/paraglide/messages.js';
import type { MailServerIn, Security, Step } from './types.ts';

export function securityWord(security: Security): string {
	return { starttls: m.mail_starttls(), tls: m.mail_tls(), none: m.mail_plain() }[security];
}

export function stepWord(step: Step): string {
	return {
		resolve: m.mail_step_resolve(),
		connect: m.mail_step_connect(),
		tls: m.mail_step_tls(),
		login: m.mail_step_login(),
		envelope: m.mail_step_envelope(),
		accepted: m.mail_step_accepted()
	}[step];
}

/** The steps that a test of `server` has. */
export function stepsOf(server: MailServerIn): Step[] {
	return [
		'resolve',
		'connect',
		...(server.security === 'none' ? [] : (['tls'] as const)),
		...(server.username === null ? [] : (['login'] as const)),
		'envelope',
		'accepted'
	];
}
