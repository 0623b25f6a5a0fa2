import { Asking } from '#lib/api/asking.svelte.ts';
import { previewWords } from '../commands.ts';
import type { WordsPreview, WordsTrial } from '../types.ts';

const PAUSE_MS = 400;

/** How the mail would read, while its words are typed. What is wrong with the source is said where the source is. */
export class WordsEcho extends Asking<WordsPreview> {
	/** Asks once the typing pauses; returns how to stop. */
	ask(trial: WordsTrial): () => void {
		return this.poseIn(PAUSE_MS, (signal) => previewWords(trial, signal));
	}

	/** What is wrong at `templates.subject` or `templates.intro`; null when nothing is. */
	errorAt(path: string): string | null {
		return this.answer?.errors.find(({ field }) => field === path)?.message ?? null;
	}
}
