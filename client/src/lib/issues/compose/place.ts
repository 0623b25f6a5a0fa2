import { backoffMs } from '#lib/kit/backoff.ts';
import { loadIssue, saveText } from '../commands.ts';
import { replaced } from '../page/markdown_edit.ts';

const TRIES = 6;
const lanes = new Map<string, Promise<unknown>>();

/**
 * Puts `text` where `marker` stands in the description of an issue. One after the other for each issue, and on top of
 * what others write meanwhile. True when the marker is gone, by us or by somebody else.
 */
export function place(issue: string, marker: string, text: string): Promise<boolean> {
	const before = lanes.get(issue) ?? Promise.resolve();
	const done = before.then(() => put(issue, marker, text));
	lanes.set(issue, done);
	return done;
}

async function put(issue: string, marker: string, text: string): Promise<boolean> {
	for (let attempt = 0; attempt < TRIES; attempt += 1) {
		if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)));
		try {
			const { description } = await loadIssue(issue);
			if (!description.includes(marker)) return true;
			const mine = replaced(description, marker, text);
			const outcome = await saveText(issue, 'description', description, mine);
			if (outcome.kind === 'saved') return true;
			if (outcome.kind === 'refused' && !outcome.problem.isPassing) return false;
		} catch {
			// Nobody answered: it is tried again.
		}
	}
	return false;
}
