import { outbox } from '#lib/api/outbox.svelte.ts';
import type { Me } from '#lib/api/types.ts';
import { issues } from '#lib/issues/collection.svelte.ts';
import { threads } from '#lib/issues/threads.svelte.ts';
import { inbox } from '#lib/notifications/inbox.svelte.ts';
import { m } from '#lib/paraglide/messages.js';
import { projects } from '#lib/projects/collection.svelte.ts';
import { session } from '#lib/session/session.svelte.ts';
import { stream } from '#lib/stream/connection.svelte.ts';
import { changesOf, type Change } from '#lib/stream/dispatch.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { announcer } from './announcer.svelte.ts';
import { countIssues, recount } from './counts.ts';

let silence: (() => void) | null = null;

/** Leads the stream into the stores from now on. Before the stream starts: then no frame is missed. */
export function goLive(me: Me): void {
	silence?.();
	silence = stream.listen({
		onevent: (event, isLive) => take(event, isLive, me.id),
		onreset: () => {
			void renewRights();
			void countIssues();
			void inbox.load();
		},
		onforget: (keys) => forget(keys),
		onsignedout: () => session.end()
	});
}

/** What the shell shows beside the pages; nobody waits for it. */
export function fillShell(): void {
	void countIssues();
	void projects.loadAllLabels();
	void inbox.load();
}

/** The login is over: the stream ends, and nothing of it is left behind. */
export function goDark(): void {
	silence?.();
	silence = null;
	stream.stop();
	issues.clear();
	threads.clear();
	projects.clear();
	inbox.clear();
}

function take(event: TracklyEvent, isLive: boolean, myId: number): void {
	for (const change of changesOf(event)) {
		if (isOfMyRights(change, myId)) void renewRights();
		issues.apply(change, myId);
		threads.apply(change);
		projects.apply(change);
		inbox.apply(change);
	}
	recount(event);
	if (!isLive || event.actor?.id === myId || !('issue' in event)) return;
	issues.mark(event.issue.key, 'changed' in event ? Object.keys(event.changed) : []);
	announcer.changed(event.issue.key);
}

/** About the reader, or a project that is new to them: an event does not say what their role in it is. */
function isOfMyRights(change: Change, myId: number): boolean {
	if (change.kind === 'member') return change.userId === myId;
	if (change.kind === 'user') return change.user.id === myId;
	return change.kind === 'project' && projects.get(change.project.key) === undefined;
}

function forget(keys: readonly string[]): void {
	for (const key of keys.filter((held) => issues.forget(held))) {
		threads.forget(key);
		toasts.note(key, m.no_longer_yours());
	}
}

/** A role or a membership changed: what the reader may see and do is asked anew. */
async function renewRights(): Promise<void> {
	await session.reload();
	await projects.load();
}

/** What waited goes out as soon as somebody answers again. */
export function resumeWhenLive(): void {
	if (stream.isLive) outbox.resume();
}
