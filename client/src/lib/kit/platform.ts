const APPLE = /mac|iphone|ipad/i;

export const isApple = (): boolean =>
	typeof navigator !== 'undefined' && APPLE.test(navigator.platform || navigator.userAgent);

const SIGNS: Record<string, [apple: string, other: string]> = {
	mod: ['⌘', 'Ctrl '],
	shift: ['⇧', 'Shift '],
	alt: ['⌥', 'Alt '],
	enter: ['↵', '↵'],
	escape: ['Esc', 'Esc'],
	up: ['↑', '↑'],
	down: ['↓', '↓']
};

/** `mod+k` → `⌘K` or `Ctrl K`; `g f` → `G F`. */
export function keyLabel(keys: string, apple = isApple()): string {
	return keys
		.split('+')
		.map((part) => SIGNS[part]?.[apple ? 0 : 1] ?? part.toUpperCase())
		.join('');
}
