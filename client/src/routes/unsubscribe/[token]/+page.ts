import { api } from '#lib/api/client.ts';
import { asProblem } from '#lib/api/problem.ts';
import type { Subscription } from '#lib/notifications/types.ts';

/** What the link is about; null when nobody knows it any more. */
export async function load({ params }) {
	const path = `/api/notifications/subscriptions/${encodeURIComponent(params.token)}`;
	try {
		return { subscription: (await api.get<Subscription>(path)).data };
	} catch (thrown) {
		const problem = asProblem(thrown);
		if (problem.status !== 404 && problem.status !== 422) throw thrown;
		return { subscription: null };
	}
}
