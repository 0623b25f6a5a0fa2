import { api } from '#lib/api/client.ts';
import type { LoginProviders } from '#lib/api/types.ts';

const NONE: LoginProviders = { google: { enabled: false, name: '' }, demo: null };

/** Which ways in there are. Without an answer the password alone is offered. */
export async function load({ url }) {
	const providers = await api.get<LoginProviders>('/api/auth/providers').then(
		({ data }) => data,
		() => NONE
	);
	const next = url.searchParams.get('next') ?? '/';
	const isOurs = next.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\');
	return { providers, next: isOurs ? next : '/', reason: url.searchParams.get('error') };
}
