const FOCUSABLE = [
	'a[href]',
	'button:not(:disabled)',
	'input:not(:disabled)',
	'select:not(:disabled)',
	'textarea:not(:disabled)',
	'[tabindex]:not([tabindex="-1"])'
].join(',');

/**
 * Gives the caret to the first thing in a box that has just been shown, or to the box. At once: a frame later, letters
 * that were typed right after the key that opened it would have gone to the page behind.
 */
export function focusFirst(box: HTMLElement | null, event: Event): void {
	event.preventDefault();
	if (!box || box.contains(document.activeElement)) return;
	const found = [...box.querySelectorAll<HTMLElement>(FOCUSABLE)].find(
		(one) => one.tabIndex >= 0 && one.checkVisibility()
	);
	(found ?? box).focus({ preventScroll: true });
}
