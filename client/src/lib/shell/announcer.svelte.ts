import { m } from '#lib/paraglide/messages.js';

const PAUSE_MS = 5000;

/** What a screen reader is told of other people's changes: politely, and one sentence in five seconds at most. */
class Announcer {
	text = $state('');
	#changes = 0;
	#keys = new Set<string>();
	#timer: ReturnType<typeof setTimeout> | null = null;

	/** Somebody else changed an issue. */
	changed(key: string): void {
		this.#changes += 1;
		this.#keys.add(key);
		if (this.#timer === null) this.#timer = setTimeout(() => this.#speak(), PAUSE_MS);
	}

	/** Says something now that the reader did or asked for. */
	say(text: string): void {
		this.text = text;
	}

	#speak(): void {
		const issues = this.#keys.size;
		const [key = ''] = this.#keys;
		if (this.#changes === 1) this.text = m.one_change({ key });
		else if (issues === 1) this.text = m.many_changes_one_issue({ changes: this.#changes });
		else this.text = m.many_changes({ changes: this.#changes, issues });
		this.#changes = 0;
		this.#keys.clear();
		this.#timer = null;
	}
}

export const announcer = new Announcer();
