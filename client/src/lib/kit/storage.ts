/** localStorage that may be forbidden, full or of an older shape: then it is simply empty. */
export function recall<T>(key: string, isValid: (found: unknown) => found is T): T | null {
	try {
		const found: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
		return isValid(found) ? found : null;
	} catch {
		return null;
	}
}

export function remember(key: string, value: unknown): void {
	try {
		if (value === null) localStorage.removeItem(key);
		else localStorage.setItem(key, JSON.stringify(value));
	} catch {
		// Nothing to do: the choice lasts as long as the page.
	}
}
