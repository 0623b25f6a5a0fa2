/** However many ask at once, `run` runs once and all get its answer. */
export function singleFlight<T>(run: () => Promise<T>): () => Promise<T> {
	let flying: Promise<T> | null = null;
	return () => (flying ??= run().finally(() => (flying = null)));
}
