import { m } from '#lib/paraglide/messages.js';
import type { Recipient } from '../types.ts';

export type Webhook = Extract<Recipient, { kind: 'webhook' }>;
const BYTES = 24;

/** A secret as Standard Webhooks has them. */
export const newSecret = (): string =>
	`whsec_${btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(BYTES))))}`;

/** The webhook with another secret; null takes it away, empty leaves the one that the server has. */
export function withSecret(webhook: Webhook, secret: string | null): Webhook {
	const { secret: _before, ...rest } = webhook;
	return secret === '' ? rest : { ...rest, secret };
}

/** How things stand with its secret, in words. */
export function secretWords({ secret, has_secret: isSet }: Webhook): string {
	if (secret === null) return m.reports_secret_goes();
	if (secret) return m.reports_secret_once();
	return isSet ? m.reports_secret_set() : m.reports_secret_not_set();
}
