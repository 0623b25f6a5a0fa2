import { api } from '#lib/api/client.ts';
import type { IssueSummary } from '#lib/api/types.ts';
import { issues } from '../collection.svelte.ts';

const PAUSE_MS = 250;
const SHORT = 4;

/** Up to three issues of the project that sound like a title. They are a help: when they do not come, nothing is said. */
export class Similar {
	keys = $state.raw<readonly string[]>([]);
	/** A title was looked for: when there are no keys, none sounds like it. */
	hasLooked = $state.raw(false);

	/** Looks a moment after the last letter, until the returned function is called. */
	look(project: string, title: string): () => void {
		const leaving = new AbortController();
		const timer = setTimeout(() => void this.#find(project, title, leaving.signal), PAUSE_MS);
		return () => {
			clearTimeout(timer);
			leaving.abort();
		};
	}

	async #find(project: string, title: string, signal: AbortSignal): Promise<void> {
		if (title.trim().length < SHORT || project === '') {
			this.keys = [];
			this.hasLooked = false;
			return;
		}
		try {
			const query = { project, title: title.trim() };
			const path = '/api/issues/similar';
			const { data } = await api.get<{ items: IssueSummary[] }>(path, { query, signal });
			issues.putAll(data.items);
			this.keys = data.items.map(({ key }) => key);
			this.hasLooked = true;
		} catch {
			// What was found for the title before stays.
		}
	}
}
