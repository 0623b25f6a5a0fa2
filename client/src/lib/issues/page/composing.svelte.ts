import { outbox } from '#lib/api/outbox.svelte.ts';
import type { Problem } from '#lib/api/problem.ts';
import { newKey } from '#lib/kit/ids.ts';
import { m } from '#lib/paraglide/messages.js';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { addComment } from '../commands.ts';
import { newDraft, recallDraft, rememberDraft, type Draft } from './drafts.ts';

/**
 * The comment that is being written, and those that are on their way. All of it is kept until the server has it:
 * what is refused comes back into the box.
 */
export class Composing {
	draft = $state<Draft>(newDraft());
	sending = $state.raw<readonly Draft[]>([]);
	problem = $state.raw<Problem | null>(null);
	/** The text with this key may have reached the server: changed, it is another comment. */
	#tried: Draft | null = null;
	readonly #issue: string;
	readonly #userId: number;

	constructor(issue: string, userId: number) {
		this.#issue = issue;
		this.#userId = userId;
		this.draft = recallDraft(userId, issue);
	}

	get isEmpty(): boolean {
		return this.draft.body.trim() === '';
	}

	/** Call after each change of the draft. */
	kept(): void {
		this.problem = null;
		if (this.#tried?.key === this.draft.key && !isSame(this.#tried, this.draft))
			this.draft.key = newKey();
		this.#remember();
	}

	send(): void {
		if (this.isEmpty) return;
		const draft = $state.snapshot(this.draft);
		this.sending = [...this.sending, draft];
		this.draft = newDraft();
		this.problem = null;
		this.#remember();
		void outbox
			.push({
				lane: this.#issue,
				subject: this.#issue,
				words: m.issue_comment_words(),
				send: async () => void (await addComment(this.#issue, draft.body, draft.kind, draft.key)),
				onrefused: (problem) => this.#refused(draft, problem)
			})
			.then(() => {
				this.sending = this.sending.filter(({ key }) => key !== draft.key);
				this.#remember();
			});
	}

	#refused(draft: Draft, problem: Problem): void {
		this.#tried = draft;
		this.draft = { ...draft, body: [draft.body, this.draft.body].filter(Boolean).join('\n\n') };
		this.problem = problem;
		toasts.refused(
			m.issue_comment_refused({ key: this.#issue }),
			problem.errors[0]?.message ?? problem.message
		);
	}

	#remember(): void {
		const body = [...this.sending, this.draft]
			.map((draft) => draft.body)
			.filter(Boolean)
			.join('\n\n');
		rememberDraft(this.#userId, this.#issue, { ...this.draft, body });
	}
}

const isSame = (a: Draft, b: Draft): boolean => a.body === b.body && a.kind === b.kind;
