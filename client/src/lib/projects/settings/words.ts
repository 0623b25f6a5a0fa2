/** The colours that a label gets when nobody chooses; the first choices here too. */
export const LABEL_COLORS = [
	'#2563eb',
	'#0891b2',
	'#0d9488',
	'#16a34a',
	'#65a30d',
	'#ca8a04',
	'#ea580c',
	'#dc2626',
	'#db2777',
	'#9333ea',
	'#4f46e5',
	'#64748b'
] as const;

const LONGEST = 10;

/** `Loading dock` → `LD`, `Scanner` → `SCA`: a key that a name suggests. */
export function keyFor(name: string): string {
	const words = name
		.normalize('NFD')
		.replace(/\p{M}/gu, '')
		.toUpperCase()
		.split(/[^A-Z0-9]+/)
		.map((word) => word.replace(/^[0-9]+/, ''))
		.filter(Boolean);
	if (words.length > 1)
		return words
			.map((word) => word[0])
			.join('')
			.slice(0, LONGEST);
	return (words[0] ?? '').slice(0, 3);
}

export const isKey = (key: string): boolean => /^[A-Z][A-Z0-9]{1,9}$/.test(key);

/** The time zones that this browser knows, UTC first. */
export function timezones(): string[] {
	const known = Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC');
	return ['UTC', ...known];
}

export const ownTimezone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
