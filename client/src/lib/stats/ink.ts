/** The tokens that charts draw with, as plain colours: a chart knows no custom properties. */
const TOKENS = {
	fg: '--fg',
	fg3: '--fg-3',
	bg: '--bg',
	grid: '--chart-grid',
	point: '--chart-1',
	past: '--chart-2',
	late: '--warn',
	open: '--chart-open',
	triaged: '--chart-triaged',
	progress: '--chart-progress',
	done: '--chart-done'
} as const;

export type Ink = Record<keyof typeof TOKENS, string>;

/** What the tokens are right now, in the theme that `node` stands in. */
export function inkAt(node: HTMLElement): Ink {
	const probe = document.createElement('span');
	node.append(probe);
	const colors = Object.entries(TOKENS).map(([name, token]) => {
		probe.style.color = `var(${token})`;
		return [name, getComputedStyle(probe).color];
	});
	probe.remove();
	return Object.fromEntries(colors) as Ink;
}
