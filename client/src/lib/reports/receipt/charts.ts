type Json = Record<string, unknown>;

/** The tokens whose light values charts of reports are drawn in, on paper and in mail. */
const TOKENS = [
	...['--fg', '--fg-2', '--fg-3', '--line', '--bg', '--accent', '--chart-1', '--chart-2'],
	...['--chart-open', '--chart-triaged', '--chart-progress', '--chart-done'],
	...['--sev-low', '--sev-medium', '--sev-high', '--sev-critical', '--warn', '--danger', '--ok']
] as const;

/** `rgb(58, 79, 208)` as six hexadecimal digits with their sign. */
export const hexOf = (color: string): string =>
	`#${(color.match(/\d+/g) ?? [])
		.slice(0, 3)
		.map((part) => Number(part).toString(16).padStart(2, '0'))
		.join('')}`;

/** What each colour of the paper is in the theme that `node` stands in. */
function colorsAt(node: HTMLElement): Map<string, string> {
	const paper = document.createElement('span');
	paper.dataset.theme = 'light';
	const here = document.createElement('span');
	node.append(paper, here);
	const colors = TOKENS.map((token): [string, string] => {
		for (const probe of [paper, here]) probe.style.color = `var(${token})`;
		return [hexOf(getComputedStyle(paper).color), hexOf(getComputedStyle(here).color)];
	});
	paper.remove();
	here.remove();
	return new Map(colors);
}

/**
 * The very chart that stands in the PDF and in the mail: its marks, rows and order stay. It is as wide as there is
 * room, its ground is that of the page, and each colour is the same token in the theme of the page.
 */
export function dressed(spec: Json, node: HTMLElement, width: number): Json {
	const colors = colorsAt(node);
	const said = JSON.stringify(spec).replace(
		/#[0-9a-f]{6}(?=")/gi,
		(color) => colors.get(color.toLowerCase()) ?? color
	);
	const drawn = JSON.parse(said) as Json;
	const config = (drawn.config ?? {}) as Json;
	const faint = hexOf(getComputedStyle(node).color);
	return {
		...drawn,
		width,
		background: 'transparent',
		config: {
			...config,
			font: 'Inter, ui-sans-serif, system-ui, sans-serif',
			background: 'transparent',
			text: { color: faint },
			axis: { ...(config.axis as Json), titleColor: faint },
			legend: { ...(config.legend as Json), titleColor: faint, columns: columnsFor(width) }
		}
	};
}

/** A legend that would be wider than its chart stands in several lines. */
const columnsFor = (width: number): number => Math.max(2, Math.floor(width / 110));

/** What is told of a mark under the pointer, in one line. */
export const tipOf = (value: unknown): string =>
	typeof value === 'object' && value !== null
		? Object.values(value).map(String).join(' · ')
		: String(value ?? '');
