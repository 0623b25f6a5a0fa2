const KEY = /^[A-Z][A-Z0-9]{1,9}-[1-9]\d*$/;

/** Where the issue is that a text names, such as `DEP-12`; null when it names none. */
export const issueHref = (text: unknown): string | null =>
	typeof text === 'string' && KEY.test(text) ? `/issues/${text}` : null;

/** The same for a cell of a table: only its column of keys names issues. */
export const issueHrefIn = (value: unknown, { name }: { name: string }): string | null =>
	name === 'key' ? issueHref(value) : null;
