import { byteSize, count } from '#lib/kit/text.ts';
import { m } from '#lib/paraglide/messages.js';
import type { ColumnType, DataSource, SslMode, Step } from './types.ts';

export function stepWord(step: Step): string {
	return {
		resolve: m.sources_step_resolve(),
		connect: m.sources_step_connect(),
		identity: m.sources_step_identity(),
		read_only: m.sources_step_read_only(),
		read: m.sources_step_read()
	}[step];
}

export function sslWord(mode: SslMode): string {
	return {
		disable: m.sources_ssl_disable(),
		prefer: m.sources_ssl_prefer(),
		require: m.sources_ssl_require(),
		'verify-full': m.sources_ssl_verify()
	}[mode];
}

export function typeWord(type: ColumnType): string {
	return {
		text: m.sources_type_text(),
		integer: m.sources_type_integer(),
		decimal: m.sources_type_decimal(),
		float: m.sources_type_float(),
		boolean: m.sources_type_boolean(),
		date: m.sources_type_date(),
		timestamp: m.sources_type_timestamp()
	}[type];
}

export const rowsWord = (n: number): string =>
	n === 1 ? m.reports_row_one() : m.reports_row_many({ n: count(n) });

export const columnsWord = (n: number): string =>
	n === 1 ? m.sources_column_one() : m.sources_column_many({ n: count(n) });

const ENDING = /\.([a-z0-9]{1,5})$/i;

/** What it is, in a word: "CSV", "XLSX", "PostgreSQL". */
export const kindWord = ({ upload }: DataSource): string =>
	upload ? (ENDING.exec(upload.file_name)?.[1]?.toUpperCase() ?? m.sources_table()) : 'PostgreSQL';

export interface SourceState {
	tone: 'quiet' | 'ok' | 'bad';
	text: string;
	/** When, where that is part of it. */
	at: string | null;
}

/** In what state a source is: a table by its size, a database by its last test. */
export function stateOf({ upload, postgresql }: DataSource): SourceState {
	if (upload)
		return {
			tone: 'quiet',
			text: `${rowsWord(upload.rows)} · ${byteSize(upload.bytes)}`,
			at: null
		};
	if (!postgresql) return { tone: 'quiet', text: m.sources_for_sql(), at: null };
	const { tested_at, test_ok } = postgresql;
	if (tested_at === null) return { tone: 'quiet', text: m.sources_untested(), at: null };
	return test_ok
		? { tone: 'ok', text: m.sources_tested(), at: tested_at }
		: { tone: 'bad', text: m.sources_test_failed(), at: tested_at };
}

/** Who may use it besides its owner and admins. */
export const sharedWord = ({ project }: DataSource): string =>
	project ? m.sources_shared_with({ project: project.name }) : m.sources_shared_none();
