import type { IssueDraft, Status } from '#lib/api/types.ts';
import { holdTyping } from './keyboard.ts';

/** What the place says, besides what is filed: the column that the issue goes to next. */
export type ComposeDefaults = Partial<IssueDraft> & { status?: Status };

/** The dialog for a new issue: open from anywhere with `c`. */
class Compose {
	isOpen = $state(false);
	/** What the place it was opened from already says, e.g. the project. */
	defaults = $state.raw<ComposeDefaults>({});

	open(defaults: ComposeDefaults = {}): void {
		this.defaults = defaults;
		this.isOpen = true;
		holdTyping();
	}

	close(): void {
		this.isOpen = false;
	}
}

export const compose = new Compose();
