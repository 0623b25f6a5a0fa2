import { asProblem } from '#lib/api/problem.ts';
import { m } from '#lib/paraglide/messages.js';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import type { Issue } from '../reduce.ts';
import { bulk, undoOf, type BulkResult } from './bulk.ts';
import { doneWord, plansOf, type Plan, type Wish } from './wish.ts';

/** A change of many issues on its way: wished, rehearsed, applied. */
export class BulkChange {
	wish = $state.raw<Wish | null>(null);
	/** What applying would do; null = not known yet. */
	rehearsal = $state.raw<BulkResult | null>(null);
	isShown = $state(false);
	isBusy = $state(false);
	#plans: Plan[] = [];
	#turn = 0;

	/** Wishes something for these issues, and asks what it would do. */
	async want(wish: Wish, targets: readonly Issue[]): Promise<void> {
		this.wish = wish;
		this.#plans = plansOf(wish, targets);
		await this.rehearse();
	}

	async rehearse(): Promise<void> {
		const turn = ++this.#turn;
		this.rehearsal = null;
		try {
			const result = await bulk(this.#plans, true);
			if (turn === this.#turn) this.rehearsal = result;
		} catch (thrown) {
			if (turn === this.#turn) this.#refuse(thrown);
		}
	}

	/** Does it. True when at least one issue was changed. */
	async apply(): Promise<boolean> {
		const { wish } = this;
		if (!wish || this.isBusy) return false;
		this.isBusy = true;
		try {
			const result = await bulk(this.#plans, false);
			this.forget();
			if (result.changed.length === 0) return false;
			toasts.done(subjectOf(result), doneWord(wish), {
				label: m.undo(),
				keys: 'z',
				run: () => void undo(result)
			});
			return true;
		} catch (thrown) {
			this.#refuse(thrown);
			return false;
		} finally {
			this.isBusy = false;
		}
	}

	/** No wish any more. */
	forget(): void {
		this.#turn += 1;
		this.wish = null;
		this.rehearsal = null;
		this.isShown = false;
	}

	#refuse(thrown: unknown): void {
		this.isShown = false;
		toasts.refused(m.list_not_applied(), asProblem(thrown).message);
	}
}

const subjectOf = ({ changed }: Pick<BulkResult, 'changed'>): string =>
	changed.length === 1
		? m.list_subject_one({ key: changed[0]?.key ?? '' })
		: m.list_subject_many({ n: changed.length });

/** Puts back what a change did. What cannot go back is named. */
async function undo(result: BulkResult): Promise<void> {
	try {
		const { changed, refused } = await bulk(undoOf(result), false);
		const n = changed.length;
		if (refused.length === 0) toasts.done(subjectOf({ changed }), m.list_undone());
		else
			toasts.refused(
				m.undo(),
				m.list_undone_some({ n, refused: refused.length, why: refused[0]?.detail ?? '' })
			);
	} catch (thrown) {
		toasts.refused(m.undo(), asProblem(thrown).message);
	}
}
