import { singleFlight } from '#lib/kit/single_flight.ts';
import { recall, remember } from '#lib/kit/storage.ts';
import { problemOf, unreachable } from './problem.ts';

/** The answer of a refresh that failed for want of a login is final; anything else is not. */
const refreshOnce = singleFlight(async () => {
	const answer = await send('/api/auth/refresh', { method: 'POST' });
	if (answer.ok) noteLogin(await answer.json().catch(() => null));
	return answer.ok;
});

const RENEW_KEY = 'trackly.renew_at';
/** A login is renewed after this part of its life, so that pictures and downloads never meet an old one. */
const RENEW_PART = 0.6;

/** Keeps when the login is to be renewed; for all tabs. */
export function noteLogin(answer: unknown): void {
	const seconds = (answer as { expires_in?: unknown } | null)?.expires_in;
	if (typeof seconds === 'number') remember(RENEW_KEY, Date.now() + seconds * 1000 * RENEW_PART);
}

/** Renews the login if it is time; the first tab to ask does it for all. */
export async function renewWhenDue(): Promise<void> {
	const at = recall(RENEW_KEY, (found): found is number => typeof found === 'number') ?? 0;
	if (Date.now() < at) return;
	remember(RENEW_KEY, Date.now() + 60_000);
	await renewLogin().catch(() => false);
}

let onSignedOut: () => void = () => undefined;

/** What to do when the login is over. The session store sets it. */
export function whenSignedOut(act: () => void): void {
	onSignedOut = act;
}

/** Renews the login; false when it is over. All who ask at once share one request. */
export const renewLogin = (): Promise<boolean> => refreshOnce();

/**
 * `fetch` with the manners of Trackly: cookies, a login renewed once on 401, and a Problem instead of a
 * network error or a failed status. Takes any request whose body can be sent twice.
 */
export async function fetchApi(path: string, init: RequestInit = {}): Promise<Response> {
	let answer = await send(path, init);
	if (answer.status === 401 && !path.startsWith('/api/auth/log')) {
		if (await renewLogin()) answer = await send(path, init);
		if (answer.status === 401) onSignedOut();
	}
	if (!answer.ok) throw await problemOf(answer);
	return answer;
}

async function send(path: string, init: RequestInit): Promise<Response> {
	try {
		return await fetch(path, { credentials: 'same-origin', ...init });
	} catch (thrown) {
		if (init.signal?.aborted) throw thrown;
		throw unreachable();
	}
}
