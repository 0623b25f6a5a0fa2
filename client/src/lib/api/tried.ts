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
