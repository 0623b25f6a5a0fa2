import { asProblem, type Problem } from './problem.ts';

/** Runs it; gives back why not instead of throwing. */
export async function tried(act: () => Promise<unknown>): Promise<Problem | null> {
	try {
		await act();
		return null;
	} catch (thrown) {
		return asProblem(thrown);
	}
}

/** Runs it; when somebody was quicker, what they did is fetched before it is thrown, so that the next try is of that. */
export async function orNewer<Answer>(
	act: () => Promise<Answer>,
	fetchNewer: () => Promise<unknown>
): Promise<Answer> {
	try {
		return await act();
	} catch (thrown) {
		if (asProblem(thrown).status === 412) await fetchNewer();
		throw thrown;
	}
}
