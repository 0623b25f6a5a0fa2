import type { Scope } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';

/** What a token may be made for, each with all that comes before it. */
export type Reach = 'read' | 'write' | 'admin';

const WORDS: Record<Reach, () => string> = {
	read: m.scope_read,
	write: m.scope_write,
	admin: m.scope_admin
};
const SCOPES: Record<Reach, Scope[]> = {
	read: ['read'],
	write: ['write'],
	admin: ['write', 'admin']
};

export const scopesOf = (reach: Reach): Scope[] => SCOPES[reach];

export const reachWord = (reach: Reach): string => WORDS[reach]();

/** The most that these scopes allow, in words. */
export function scopesWord(scopes: readonly Scope[]): string {
	const most = (['admin', 'write'] as const).find((scope) => scopes.includes(scope));
	return reachWord(most ?? 'read');
}
