import { SvelteSet } from 'svelte/reactivity';
import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { AttachmentOut, CommentOut, HistoryEntry, Person } from '#lib/api/types.ts';
import { projects } from '#lib/projects/collection.svelte.ts';
import { session } from '#lib/session/session.svelte.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { issues } from '../collection.svelte.ts';
import { loadIssue } from '../commands.ts';
import { readAll } from '../pages.ts';
import { threads } from '../threads.svelte.ts';
import { entriesOf, entryOf, mergeEntries, type Entry } from './timeline.ts';

const FRESH_MS = 1200;

/** One issue with all that belongs to it, as its page shows it. */
export class IssueView {
	readonly key: string;
	phase = $state.raw<'loading' | 'ready' | 'failed'>('loading');
	problem = $state.raw<Problem | null>(null);
	/** Who deleted it while it was open here. */
	deletedBy = $state.raw<{ actor: Person | null } | null>(null);
	/** What somebody else changed while the reader was writing. */
	merged = $state.raw<Entry | null>(null);
	/** Came in a moment ago. */
	readonly fresh = new SvelteSet<string>();
	#read = $state.raw<readonly Entry[]>([]);
	#heard = $state.raw<readonly Entry[]>([]);
	readonly entries = $derived(mergeEntries(this.#read, this.#heard));
	#turn = 0;

	constructor(key: string) {
		this.key = key;
	}

	/** Deleted, or no longer the reader's to see, while it was open. */
	get isGone(): boolean {
		return this.phase === 'ready' && issues.get(this.key) === undefined;
	}

	async load(): Promise<void> {
		const turn = ++this.#turn;
		const path = `/api/issues/${this.key}`;
		try {
			const [issue, comments, files, history] = await Promise.all([
				loadIssue(this.key),
				readAll<CommentOut>(`${path}/comments`),
				readAll<AttachmentOut>(`${path}/attachments`),
				readAll<HistoryEntry>(`${path}/history`)
			]);
			if (turn !== this.#turn) return;
			comments.forEach((comment) => threads.putComment(comment));
			files.forEach((file) => threads.putAttachment(file));
			this.#read = entriesOf(history);
			this.problem = null;
			this.phase = 'ready';
			void this.#loadProject(issue.project);
		} catch (thrown) {
			if (turn !== this.#turn) return;
			const problem = asProblem(thrown);
			if (problem.status === 404 && this.phase === 'ready') return this.#lose();
			this.problem = problem;
			this.phase = 'failed';
		}
	}

	/** Reads the history again: it tells changed texts in full, an event only how they begin. */
	async rereadHistory(): Promise<void> {
		this.#read = entriesOf(await readAll<HistoryEntry>(`/api/issues/${this.key}/history`));
	}

	/** Takes an event in. `writing` are the texts that the reader is at: `comment`, `title`, `description`. */
	take(event: TracklyEvent, isLive: boolean, writing: ReadonlySet<string>): void {
		const entry = entryOf(event);
		if (!('issue' in event) || event.issue.key !== this.key || !entry) return;
		if (event.type === 'issue.deleted') this.deletedBy = { actor: event.actor };
		this.#heard = [...this.#heard, entry];
		const isMine = event.actor?.id === session.user.id;
		if (isMine || !isLive) return;
		this.#freshen('comment' in event ? `comment:${event.comment.id}` : entry.id);
		const isBeside = Object.keys(entry.changed).some((field) => !writing.has(field));
		if (writing.size > 0 && isBeside) this.merged = entry;
	}

	/** It was here, and is no longer the reader's to see: nothing of it stays. */
	#lose(): void {
		issues.forget(this.key);
		threads.forget(this.key);
	}

	/** What the fields need to be changed: legal moves, labels, people. What fails is asked again by the field. */
	async #loadProject(project: string): Promise<void> {
		const asked: Promise<unknown>[] = [projects.loadLabels(project)];
		if (session.isAtLeast('MAINTAINER', project))
			asked.push(projects.loadPeople(project), projects.loadWorkflow(project));
		await Promise.allSettled(asked);
	}

	#freshen(id: string): void {
		this.fresh.add(id);
		setTimeout(() => this.fresh.delete(id), FRESH_MS);
	}
}
