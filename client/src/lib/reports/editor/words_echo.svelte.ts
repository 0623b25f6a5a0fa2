import { previewWords } from '../commands.ts';
import type { WordsPreview, WordsTrial } from '../types.ts';

const PAUSE_MS = 400;

/** How the mail would read, while its words are typed. The last good answer stays. */
export class WordsEcho {
	answer = $state.raw<WordsPreview | null>(null);

	/** Asks once the typing pauses; returns how to stop. */
	ask(trial: WordsTrial): () => void {
		const asking = new AbortController();
		const timer = setTimeout(() => {
			previewWords(trial, asking.signal).then(
				(answer) => (this.answer = answer),
				// What is wrong with the source is said where the source is.
				() => undefined
			);
		}, PAUSE_MS);
		return () => {
			clearTimeout(timer);
			asking.abort();
		};
	}

	/** What is wrong at `templates.subject` or `templates.intro`; null when nothing is. */
	errorAt(path: string): string | null {
		return this.answer?.errors.find(({ field }) => field === path)?.message ?? null;
	}
}
