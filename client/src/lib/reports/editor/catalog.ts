import { m } from '#lib/paraglide/messages.js';
import type { CatalogColumn, Column, Dataset, DatasetSource, Source } from '../types.ts';

interface Option {
	value: string;
	label: string;
	also?: string;
}

const STEPS: Record<string, (title: string) => string> = {
	day: (title) => m.reports_by_day({ title }),
	week: (title) => m.reports_by_week({ title }),
	month: (title) => m.reports_by_month({ title })
};

/** What a name of the dataset means: a column, a column by its steps, or a measure. */
export function titleIn(dataset: Dataset | undefined, name: string): string {
	const bare = name.replace(/^-/, '');
	const found =
		dataset?.columns.find((column) => column.name === bare) ??
		dataset?.measures.find((measure) => measure.name === bare);
	if (found) return found.title;
	const [, column, step = ''] = /^(.+)_(day|week|month)$/.exec(bare) ?? [];
	const base = dataset?.columns.find(({ name: own }) => own === column);
	return STEPS[step]?.(base?.title ?? column ?? '') ?? bare;
}

const optionOf = ({ name, title, description }: Omit<CatalogColumn, 'group'>): Option => ({
	value: name,
	label: title,
	also: description
});

/** The columns that rows can show. */
export const columnOptions = (dataset: Dataset): Option[] =>
	dataset.columns.filter(({ shown }) => shown).map(optionOf);

/** What groups can be measured by. */
export const measureOptions = (dataset: Dataset): Option[] =>
	dataset.measures.map(({ name, title, description }) => ({
		value: name,
		label: title,
		also: description
	}));

/** How rows can be brought together. */
export const groupOptions = (dataset: Dataset): Option[] =>
	dataset.columns.flatMap(({ group }) =>
		group.map((name) => ({ value: name, label: titleIn(dataset, name) }))
	);

/** What the result has: the columns or measures that it shows, else the usual ones. */
export function shownColumns(source: DatasetSource, dataset: Dataset | undefined): string[] {
	if (source.columns.length > 0) return source.columns;
	if (!dataset) return [];
	return source.group_by.length > 0 ? dataset.default_measures : dataset.default_columns;
}

/** The names by which the result can be ordered or drawn. */
export const resultNames = (source: DatasetSource, dataset: Dataset | undefined): string[] => [
	...source.group_by,
	...shownColumns(source, dataset)
];

/** A source of this dataset, as it begins. */
export const sourceOf = (dataset: Dataset): DatasetSource => ({
	kind: 'dataset',
	dataset: dataset.name,
	filter: '',
	columns: [],
	group_by: [],
	sort: []
});

/** Grouped by something else, or no more: what no longer fits the result goes. */
export function regrouped(source: DatasetSource, groupBy: readonly string[]): DatasetSource {
	const wasGrouped = source.group_by.length > 0;
	const isGrouped = groupBy.length > 0;
	return {
		...source,
		group_by: [...groupBy],
		columns: wasGrouped === isGrouped ? source.columns : [],
		sort: wasGrouped === isGrouped ? source.sort.filter(isIn([...groupBy, ...source.columns])) : []
	};
}

const isIn = (names: readonly string[]) => (name: string) => names.includes(name.replace(/^-/, ''));

/** `created` → `-created` → `created`. */
export const turned = (name: string): string => (name.startsWith('-') ? name.slice(1) : `-${name}`);

interface ChartOptions {
	across: Option[];
	upwards: Option[];
}

const NUMBERS = new Set(['integer', 'decimal', 'float', 'number']);

/** What a chart may show of a source: along the bottom a column, upwards something that counts. */
export function chartOptions(
	source: Source | null,
	dataset: Dataset | undefined,
	columns: readonly Column[]
): ChartOptions {
	if (source?.kind === 'dataset' && dataset)
		return { across: groupOptions(dataset), upwards: measureOptions(dataset) };
	const named = columns.map(({ name, title, type }) => ({
		value: name,
		label: title || name,
		type
	}));
	return {
		across: named,
		upwards: named.filter(({ type }) => NUMBERS.has(type.toLowerCase()))
	};
}

/** The columns of what a source gives, as far as they are known. */
export function columnsOf(
	source: Source | null,
	catalog: readonly Dataset[],
	columns: readonly Column[]
): Option[] {
	if (source?.kind !== 'dataset')
		return columns.map(({ name, title }) => ({ value: name, label: title || name }));
	const dataset = catalog.find(({ name }) => name === source.dataset);
	return resultNames(source, dataset).map((name) => ({
		value: name,
		label: titleIn(dataset, name)
	}));
}

/** What tables can be split by: of single rows any column, of groups what the result has. */
export function splitOptions(
	source: Source | null,
	dataset: Dataset | undefined,
	columns: readonly Column[]
): Option[] {
	if (source?.kind === 'dataset' && dataset && source.group_by.length === 0)
		return columnOptions(dataset);
	return columnsOf(source, dataset ? [dataset] : [], columns);
}

/** The source with this column in it, first when it was not. */
export function showing(
	source: DatasetSource,
	dataset: Dataset | undefined,
	name: string
): DatasetSource {
	const shown = shownColumns(source, dataset);
	if (source.group_by.length > 0 || shown.includes(name)) return source;
	return { ...source, columns: [name, ...shown] };
}
