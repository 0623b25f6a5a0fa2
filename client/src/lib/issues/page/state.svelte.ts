import { Composing } from './composing.svelte.ts';
import { TextEdit } from './text_edit.svelte.ts';
import { Uploads } from './uploads.svelte.ts';
import { IssueView } from './view.svelte.ts';

/** All that one issue page holds: what it shows, and what is being written on it. */
export class IssuePageState {
	readonly view: IssueView;
	readonly uploads: Uploads;
	readonly composing: Composing;
	readonly title: TextEdit;
	readonly description: TextEdit;
	/** The caret is in the comment box. */
	isCommenting = $state(false);
	/** Counts up each time the caret should go there. */
	calls = $state(0);

	constructor(key: string, userId: number) {
		this.view = new IssueView(key);
		this.uploads = new Uploads(key);
		this.composing = new Composing(key, userId);
		this.title = new TextEdit(key, 'title');
		this.description = new TextEdit(key, 'description');
	}

	/** The texts that the reader is at. */
	get writing(): ReadonlySet<string> {
		const at = new Set<string>();
		if (this.isCommenting || !this.composing.isEmpty) at.add('comment');
		if (this.title.isOpen) at.add('title');
		if (this.description.isOpen) at.add('description');
		return at;
	}

	/** What would be lost if the issue were no longer there. */
	get draft(): string {
		return [this.composing.draft.body, this.description.isOpen ? this.description.mine : '']
			.filter((text) => text.trim() !== '')
			.join('\n\n');
	}
}
