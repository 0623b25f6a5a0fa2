import type { Problem } from '#lib/api/problem.ts';
import { recall, remember } from '#lib/kit/storage.ts';
import { session } from '#lib/session/session.svelte.ts';
import { issues } from '../collection.svelte.ts';
import { saveText } from '../commands.ts';

type Field = 'title' | 'description';
type Kept = { base: string; mine: string };

const isKept = (found: unknown): found is Kept => {
	const { base, mine } = (found ?? {}) as Partial<Kept>;
	return typeof base === 'string' && typeof mine === 'string';
};

/**
 * A text of an issue while it is edited. What was typed outlives the page; what somebody else saves meanwhile is
 * never written over it, nor it over that, without asking.
 */
export class TextEdit {
	isOpen = $state(false);
	isBusy = $state(false);
	problem = $state.raw<Problem | null>(null);
	#base = $state('');
	#mine = $state('');
	readonly #key: string;
	readonly #field: Field;
	readonly #place: string;

	constructor(key: string, field: Field) {
		this.#key = key;
		this.#field = field;
		this.#place = `edit:${session.user.id}:${key}:${field}`;
		const kept = recall(this.#place, isKept);
		if (!kept) return;
		this.#base = kept.base;
		this.#mine = kept.mine;
		this.isOpen = true;
	}

	get mine(): string {
		return this.#mine;
	}

	set mine(text: string) {
		this.#mine = text;
		this.problem = null;
		remember(this.#place, text === this.#base ? null : { base: this.#base, mine: text });
	}

	/** What the server has. */
	get theirs(): string {
		return issues.saved(this.#key)?.[this.#field] ?? this.#base;
	}

	/** Somebody else saved another text since this edit began. */
	get isConflict(): boolean {
		const { theirs } = this;
		return this.isOpen && !this.isBusy && theirs !== this.#base && theirs !== this.#written;
	}

	start(): void {
		if (this.isOpen) return;
		this.#base = this.theirs;
		this.#mine = this.#base;
		this.problem = null;
		this.isOpen = true;
	}

	/** Lets go of what was typed; what the server has stays. */
	leave(): void {
		this.isOpen = false;
		this.problem = null;
		remember(this.#place, null);
	}

	/** Mine over theirs, as both were seen. */
	keep(): Promise<void> {
		this.#base = this.theirs;
		return this.save();
	}

	async save(): Promise<void> {
		const text = this.#written;
		if (this.isBusy || this.isConflict) return;
		if (text === this.#base) return this.leave();
		this.isBusy = true;
		const outcome = await saveText(this.#key, this.#field, this.#base, text);
		this.isBusy = false;
		if (outcome.kind === 'saved') this.leave();
		else if (outcome.kind === 'refused') this.problem = outcome.problem;
	}

	/** As the server will have it: a title is one line. */
	get #written(): string {
		return this.#field === 'title' ? this.#mine.trim().split(/\s+/).join(' ') : this.#mine;
	}
}
