import { m } from '#lib/paraglide/messages.js';
import type { StepLine } from '#lib/ui/Steps.svelte';
import type { MailServerIn, Security, Step, TrialStep } from './types.ts';

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

/** The steps as they are shown: those that are over, then those ahead, the first of them under way while it runs. */
export function linesOf(
	told: readonly TrialStep[],
	ahead: readonly Step[],
	isRunning: boolean
): StepLine[] {
	return [
		...told.map(({ step, ok, answer, code, ms }): StepLine => ({
			name: stepWord(step),
			state: ok ? 'done' : 'failed',
			words: `${code ? `${code} ` : ''}${answer}`,
			ms
		})),
		...ahead.map((step, at): StepLine => {
			const isNow = isRunning && at === 0;
			return {
				name: stepWord(step),
				state: isNow ? 'now' : 'ahead',
				words: isNow ? m.step_now() : '',
				ms: null
			};
		})
	];
}
