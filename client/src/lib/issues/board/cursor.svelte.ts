import { tick } from 'svelte';
import { session } from '#lib/session/session.svelte.ts';
import { issues } from '../collection.svelte.ts';
import { editIssue } from '../commands.ts';
import { editOf, type Act, type Wish } from '../list/wish.ts';
import type { Issue } from '../reduce.ts';
import type { Board } from './board.svelte.ts';
import { step, type Direction } from './steps.ts';

/** Where the keyboard is on the board, and what it asks of the card there. */
export class BoardCursor {
	key = $state.raw<string | null>(null);
	/** The menu that stands open at the card. */
	act = $state.raw<Act | null>(null);
	/** The element that holds the cards. */
	area: HTMLElement | null = null;
	readonly #board: Board;

	constructor(board: Board) {
		this.#board = board;
	}

	get issue(): Issue | undefined {
		return this.key === null ? undefined : issues.get(this.key);
	}

	/** The reader may move the card that the keyboard is at. */
	get mayMove(): boolean {
		return this.issue !== undefined && session.isAtLeast('MAINTAINER', this.issue.project);
	}

	/** Goes to a card. The focus goes along as soon as the card is rendered. */
	async go(key: string | null): Promise<void> {
		this.key = key;
		await tick();
		requestAnimationFrame(() =>
			this.area?.querySelector<HTMLElement>(`a[data-key="${key}"]`)?.focus({ preventScroll: true })
		);
	}

	walk(direction: Direction, columns: readonly (readonly string[])[]): void {
		void this.go(step(direction, this.key, columns));
	}

	begin(act: Act): void {
		if (this.mayMove) this.act = act;
	}

	wish(wish: Wish): void {
		const { issue } = this;
		if (!issue) return;
		if (wish.act !== 'status') return void editIssue(issue.key, editOf(wish, issue));
		void this.#board.move(issue.key, wish.status);
		void this.go(issue.key);
	}
}
