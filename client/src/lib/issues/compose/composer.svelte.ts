import { api } from '#lib/api/client.ts';
import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { IssueOut, IssuePatch } from '#lib/api/types.ts';
import { newKey } from '#lib/kit/ids.ts';
import { recall, remember } from '#lib/kit/storage.ts';
import { m } from '#lib/paraglide/messages.js';
import { projects } from '#lib/projects/collection.svelte.ts';
import { session } from '#lib/session/session.svelte.ts';
import type { ComposeDefaults } from '#lib/shell/compose.svelte.ts';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { issues } from '../collection.svelte.ts';
import { addComment, createIssue, editIssue } from '../commands.ts';
import {
	bodyOf,
	emptyDraft,
	isBlank,
	isDraft,
	markerOf,
	pastedName,
	patchBetween,
	type Draft
} from './draft.ts';
import { forgetFile, recallFiles, rememberFile, type DraftFile } from './file_store.ts';
import { uploads } from './uploads.svelte.ts';

const KEEP_MS = 300;

/** The draft of the reader, from the first letter to the filed issue. There is one; closing the dialog keeps it. */
class Composer {
	draft = $state<Draft>(emptyDraft(''));
	files = $state.raw<readonly DraftFile[]>([]);
	/** Why it was not filed. */
	problem = $state.raw<Problem | null>(null);
	isSending = $state(false);
	#owner: number | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** Takes up the reader's draft, or begins one with what the place says. */
	async open(defaults: ComposeDefaults): Promise<void> {
		const userId = session.user.id;
		if (this.#owner !== userId) {
			this.#owner = userId;
			this.draft = recall(placeOf(userId), isDraft) ?? emptyDraft('');
			this.files = [];
			void recallFiles(userId).then((kept) => (this.files = [...kept, ...this.files]));
		}
		this.problem = null;
		const { status = 'OPEN', ...said } = defaults;
		if (isBlank(this.draft) && this.files.length === 0)
			Object.assign(this.draft, { ...said, status });
		const { project } = this.draft;
		if (!projects.get(project)) this.draft.project = projects.list[0]?.key ?? project;
	}

	get isMaintainer(): boolean {
		return session.isAtLeast('MAINTAINER', this.draft.project);
	}

	/** Changes something, and keeps it a moment later. */
	set(change: Partial<Draft>): void {
		Object.assign(this.draft, change);
		if (change.project !== undefined) Object.assign(this.draft, { assignee: null, labels: [] });
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.keep(), KEEP_MS);
	}

	/** Keeps it now. */
	keep(): void {
		clearTimeout(this.#timer);
		if (this.#owner === null) return;
		this.draft.at = isBlank(this.draft) ? null : new Date().toISOString();
		remember(placeOf(this.#owner), isBlank(this.draft) ? null : $state.snapshot(this.draft));
	}

	/** Adds files; what stands for a pasted picture in the text comes back. */
	add(files: Iterable<File>, isPasted: boolean): string[] {
		const markers: string[] = [];
		for (const given of files) {
			const isPicture = isPasted && given.type.startsWith('image/');
			const taken = this.files.map(({ file }) => file.name);
			const file = isPicture
				? new File([given], pastedName(given.type, taken), { type: given.type })
				: given;
			const marker = isPicture ? markerOf(file.name) : null;
			const kept = { id: newKey(), file, marker };
			this.files = [...this.files, kept];
			if (this.#owner !== null) void rememberFile(this.#owner, kept);
			if (marker) markers.push(marker);
		}
		return markers;
	}

	remove({ id, marker }: DraftFile): void {
		this.files = this.files.filter((file) => file.id !== id);
		void forgetFile(id);
		if (marker) this.set({ description: this.draft.description.replace(marker, '').trimStart() });
	}

	/** Files the issue and sends its files after it. Null when it was refused: `problem` says why, nothing is lost. */
	async file(): Promise<IssueOut | null> {
		return this.#sending(async () => {
			const issue = await this.#create();
			if (this.draft.status !== 'OPEN') void editIssue(issue.key, { status: this.draft.status });
			this.#hand(issue.key);
			return issue;
		});
	}

	/** Adds what is written to an issue that is there already, as a comment. */
	async addTo(key: string): Promise<boolean> {
		const done = await this.#sending(async () => {
			const { title, description } = this.draft;
			const body = [title.trim(), description.trim()].filter(Boolean).join('\n\n');
			const plain = this.files.reduce((text, { marker }) => text.replace(marker ?? '\0', ''), body);
			await addComment(key, plain.trim(), 'comment', `${this.draft.key}-comment`);
			this.#hand(key);
			return true;
		});
		return done ?? false;
	}

	/** Throws it away. */
	discard(): void {
		for (const { id } of this.files) void forgetFile(id);
		this.files = [];
		this.#begin();
	}

	/**
	 * When nobody answered before, the issue may be there. The same body with the same key is filed once, whatever
	 * happened; what was written since is then an edit.
	 */
	async #create(): Promise<IssueOut> {
		const body = bodyOf($state.snapshot(this.draft), this.isMaintainer);
		const first = this.draft.sent ?? body;
		this.draft.sent = first;
		this.keep();
		const issue = await createIssue(first, this.draft.key);
		const patch = patchBetween(first, body);
		if (!patch || first.project !== body.project) return issue;
		await this.#patch(issue.key, patch);
		return issue;
	}

	/** It is filed, so a refusal now is no reason to file it again: it is said, and the reader can edit it there. */
	async #patch(key: string, patch: IssuePatch): Promise<void> {
		try {
			issues.put((await api.patch<IssueOut>(`/api/issues/${key}`, patch)).data);
		} catch (thrown) {
			toasts.refused(m.stays_as_it_was({ key }), asProblem(thrown).message);
		}
	}

	async #sending<T>(act: () => Promise<T>): Promise<T | null> {
		if (this.isSending) return null;
		this.isSending = true;
		this.problem = null;
		try {
			return await act();
		} catch (thrown) {
			this.problem = asProblem(thrown);
			// A refusal is final: nothing was filed, and the next one is a new intent.
			if (this.problem.status > 0 && this.problem.status < 500)
				Object.assign(this.draft, { key: newKey(), sent: null });
			this.keep();
			return null;
		} finally {
			this.isSending = false;
		}
	}

	/** Hands the files over to be sent, and begins anew. */
	#hand(issue: string): void {
		uploads.send(issue, this.files);
		this.files = [];
		this.#begin();
	}

	#begin(): void {
		this.draft = emptyDraft(this.draft.project);
		this.keep();
	}
}

const placeOf = (userId: number): string => `trackly-draft:${userId}`;

export const composer = new Composer();
