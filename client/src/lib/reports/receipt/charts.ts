type Json = Record<string, unknown>;

const PAIR = /light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)/gi;

/** What each light colour of a stylesheet is in the dark; of two tokens with the same light one the first counts. */
export function darkOf(css: string): ReadonlyMap<string, string> {
	const pairs = [...css.matchAll(PAIR)].map(([, light = '', dark = '']): [string, string] => [
		light.toLowerCase(),
		dark
	]);
	return new Map(pairs.reverse());
}

/** Where a chart is drawn. */
export interface Paper {
	width: number;
	/** What each light colour is here; null: the page is as light as paper. */
	dark: ReadonlyMap<string, string> | null;
	/** The colour of what stands beside the marks. */
	faint: string;
}

/**
 * The very chart that stands in the PDF and in the mail: its marks, rows and order stay. It is as wide as there is
 * room, its ground is that of the page, and in the dark each colour is the same token's dark one.
 */
export function dressed(spec: Json, { width, dark, faint }: Paper): Json {
	const said = JSON.stringify(spec).replace(
		/#[0-9a-f]{6}(?=")/gi,
		(color) => dark?.get(color.toLowerCase()) ?? color
	);
	const drawn = JSON.parse(said) as Json;
	const config = (drawn.config ?? {}) as Json;
	return {
		...drawn,
		...(Array.isArray(drawn.layer) ? { layer: drawn.layer.map((one) => inked(one, faint)) } : {}),
		width,
		background: 'transparent',
		config: {
			...config,
			font: 'Inter, ui-sans-serif, system-ui, sans-serif',
			background: 'transparent',
			axis: { ...(config.axis as Json), titleColor: faint },
			legend: { ...(config.legend as Json), titleColor: faint, columns: columnsFor(width) }
		}
	};
}

/** Numbers beside bars are text, and no part of the picture's meaning. */
function inked(layer: Json, faint: string): Json {
	const mark = layer.mark as Json | string | undefined;
	return typeof mark === 'object' && mark.type === 'text'
		? { ...layer, mark: { ...mark, color: faint } }
		: layer;
}

/** A legend that would be wider than its chart stands in several lines. */
const columnsFor = (width: number): number => Math.max(2, Math.floor(width / 110));

/** What is told of a mark under the pointer, in one line. */
export const tipOf = (value: unknown): string =>
	typeof value === 'object' && value !== null
		? Object.values(value).map(String).join(' · ')
		: String(value ?? '');
