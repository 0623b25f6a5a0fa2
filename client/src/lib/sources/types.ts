import type { Person } from '#lib/api/types.ts';
import type { Column } from '#lib/kit/cells.ts';

/** The shapes of data sources, as pages use them. */
export const SSL_MODES = ['disable', 'prefer', 'require', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

/** Where a database is, without its password. */
export interface PostgresFacts {
	host: string;
	port: number;
	database: string;
	username: string;
	sslmode: SslMode;
	has_password: boolean;
	/** How the last test of it went as it is set now; null = there was none. */
	tested_at: string | null;
	test_ok: boolean | null;
}

export type ColumnType =
	'text' | 'integer' | 'decimal' | 'float' | 'boolean' | 'date' | 'timestamp';

export interface UploadColumn {
	/** As a filter says it. */
	name: string;
	/** As it is in the file. */
	title: string;
	type: ColumnType;
	description: string;
}

export interface UploadFacts {
	/** Its name as a dataset: `upload:7`. */
	dataset: string;
	file_name: string;
	bytes: number;
	rows: number;
	columns: UploadColumn[];
	/** How the file was read: "utf-8, semicolon". */
	note: string;
	uploaded_at: string;
}

export interface Rows {
	columns: Column[];
	rows: unknown[][];
}

/** What is not Trackly's own data. Who may only use a database is not told where it is. */
export interface DataSource {
	id: number;
	kind: 'postgresql' | 'upload';
	name: string;
	description: string;
	owner: Person;
	project: { key: string; name: string } | null;
	postgresql: PostgresFacts | null;
	upload: UploadFacts | null;
	version: number;
	created_at: string;
	updated_at: string;
	can_edit: boolean;
}

/** What is said of any source. */
export interface About {
	name: string;
	description: string;
	/** Whose maintainers may use it too. */
	project: string | null;
}

/** A database as it is sent. Without `password` the stored one stays. */
export interface DatabaseIn extends About {
	host: string;
	port: number;
	database: string;
	username: string;
	sslmode: SslMode;
	password?: string;
}

export interface SourcePatch extends Partial<DatabaseIn> {
	/** What columns of a table mean, by their names; the others keep their words. */
	columns?: Record<string, string>;
}

export const STEPS = ['resolve', 'connect', 'identity', 'read_only', 'read'] as const;
export type Step = (typeof STEPS)[number];

export interface TrialStep {
	step: Step;
	ok: boolean;
	/** The server's own words. */
	answer: string;
	ms: number;
}

export interface Trial {
	ok: boolean;
	steps: TrialStep[];
}

export interface SchemaTable {
	schema_name: string;
	name: string;
	kind: 'table' | 'view';
	description: string;
	/** About how many; null = not known there. */
	rows: number | null;
	columns: { name: string; type: string; nullable: boolean; description: string }[];
}

/** What can be read there. */
export interface SourceSchema {
	tables: SchemaTable[];
	/** There is more. */
	truncated: boolean;
}

/** What the reader is about to do, in a dialog. */
export type Doing = 'upload' | 'add' | 'edit' | 'replace' | 'delete';
