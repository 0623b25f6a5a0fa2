import type { DatasetSource, ParameterType } from './types.ts';

export interface CatalogColumn {
	name: string;
	title: string;
	type: string;
	description: string;
	/** The word that the filter knows it by. */
	filter: string | null;
	/** How it can be grouped: as itself, or by day, week, month; none: not at all. */
	group: string[];
	/** It can be a column; others can be grouped by alone. */
	shown: boolean;
}
export interface Measure {
	name: string;
	title: string;
	type: string;
	unit: string;
	description: string;
}
export interface Dataset {
	name: string;
	title: string;
	description: string;
	columns: CatalogColumn[];
	measures: Measure[];
	default_columns: string[];
	default_measures: string[];
	default_sort: string[];
	key_column: string | null;
	parameters: { name: string; type: ParameterType; description: string }[];
	filter_help: string;
	example: DatasetSource;
}
