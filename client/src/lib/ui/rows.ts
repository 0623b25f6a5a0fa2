/** Moves the focus to the next or previous of the elements that `selector` finds; from elsewhere to the first. */
export function moveFocus(selector: string, by: 1 | -1): void {
	const rows = [...document.querySelectorAll<HTMLElement>(selector)];
	const at = rows.findIndex((row) => row === document.activeElement);
	const next = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by));
	rows[next]?.focus();
	rows[next]?.scrollIntoView({ block: 'nearest' });
}
