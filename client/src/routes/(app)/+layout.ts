import { redirect } from '@sveltejs/kit';
import { projects } from '#lib/projects/collection.svelte.ts';
import { session } from '#lib/session/session.svelte.ts';
import { fillShell, goLive } from '#lib/shell/live.svelte.ts';
import { stream } from '#lib/stream/connection.svelte.ts';

/** Who is signed in, then the stream from there on, then everything else: so nothing is missed in between. */
export async function load({ url }) {
	if (session.me) return;
	stream.join();
	const me = await session.load();
	if (!me) redirect(307, `/login?next=${encodeURIComponent(url.pathname + url.search)}`);
	goLive(me);
	await stream.start(me.session_id ?? '', session.cursor);
	await projects.load();
	fillShell();
}
