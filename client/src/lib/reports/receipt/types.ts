import type { Column, Format } from '../types.ts';

/** A row by its key; `label` tells what it is. `fields` only of rows that changed. */
export interface RowDifference {
	key: unknown[];
	label: string;
	fields: { field: string; before: unknown; after: unknown }[];
}
export interface RowChanges {
	n_added: number;
	n_gone: number;
	n_changed: number;
	n_unchanged: number;
	added: RowDifference[];
	gone: RowDifference[];
	changed: RowDifference[];
}
export interface FigureChange {
	label: string;
	before: string | null;
	after: string | null;
	difference: string | null;
}
/** What differs from the edition before. `rows` null: they could not be compared. */
export interface Changes {
	since: { edition_id: number; run_id: number; moment: string; as_of: string };
	rows: RowChanges | null;
	figures: FigureChange[];
	/** Numbers that were sent, of days that were over, and are others now. */
	restated: { what: string; before: string | null; after: string | null }[];
	sentence: string;
}
/** A Vega-Lite specification with its rows inside. */
export interface ChartFact {
	title: string;
	spec: Record<string, unknown>;
	picture: string;
}
export interface EditionFile {
	id: string;
	format: Format | 'png';
	name: string;
	content_type: string;
	bytes: number;
	sha256: string;
	available: boolean;
}

/** What one run made for readers with the same rights. */
export interface Edition {
	id: number;
	run_id: number;
	report_id: number;
	report_version: number;
	scope_label: string;
	as_of: string;
	moment: string;
	day: string;
	tz: string;
	values: Record<string, unknown>;
	rows: number;
	truncated: boolean;
	fingerprint: string;
	columns: Column[];
	head: (string | null)[][];
	figures: { label: string; value: string | null }[];
	lines: string[];
	remarks: string[];
	charts: ChartFact[];
	checks: { kind: string; ok: boolean; stops: boolean; text: string }[];
	changes: Changes | null;
	files: EditionFile[];
}

/** A link to one file, for who has no login. The link itself is told once, when it is made. */
export interface Share {
	id: string;
	file_id: string;
	url?: string | null;
	created_at: string;
	expires_at: string;
	revoked_at: string | null;
	downloads: number;
}
