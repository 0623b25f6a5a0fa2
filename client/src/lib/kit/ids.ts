/** A random key for one intent. `randomUUID` is missing on plain http, which a self-hosted box may be on. */
export function newKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
