export interface Health {
	isReady: boolean;
	/** null = it did not say. */
	version: string | null;
}

/** Whether the server could serve a login now; never fails. */
export async function readHealth(): Promise<Health> {
	const [isReady, health] = await Promise.all([
		fetch('/readyz').then(
			(answer) => answer.ok,
			() => false
		),
		fetch('/health').then(
			(answer) => answer.json() as Promise<unknown>,
			() => null
		)
	]);
	const version = (health as { version?: unknown } | null)?.version;
	return { isReady, version: typeof version === 'string' ? version : null };
}
