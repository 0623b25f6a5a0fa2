import type { Problem } from '#lib/api/problem.ts';
import { isPort } from '#lib/mail/form.ts';
import type { About, DatabaseIn, DataSource, SourcePatch, SslMode } from './types.ts';

/** What the form holds: texts as they are typed. Of a table only the first three count. */
export type Fields = {
	name: string;
	description: string;
	/** The key of a project; empty = none. */
	project: string;
	host: string;
	port: string;
	database: string;
	username: string;
	sslmode: SslMode;
};

const NEW: Fields = {
	name: '',
	description: '',
	project: '',
	host: '',
	port: '5432',
	database: '',
	username: '',
	sslmode: 'prefer'
};

/** What says where a password goes. */
const GOES_TO = ['host', 'port', 'database', 'username', 'sslmode'] as const;
const ABOUT = ['name', 'description', 'project'] as const;

export function fieldsOf(source: DataSource | null): Fields {
	if (!source) return { ...NEW };
	const { name, description, project, postgresql } = source;
	const about = { ...NEW, name, description, project: project?.key ?? '' };
	if (!postgresql) return about;
	const { host, port, database, username, sslmode } = postgresql;
	return { ...about, host, port: String(port), database, username, sslmode };
}

/** What is said of a source, as it is sent. */
export const aboutOf = ({ name, description, project }: Fields): About => ({
	name: name.trim(),
	description: description.trim(),
	project: project || null
});

/** A database as it is sent. An empty password is none. */
export function asNew(fields: Fields, password: string): DatabaseIn {
	return {
		...aboutOf(fields),
		host: fields.host.trim(),
		port: Number(fields.port),
		database: fields.database,
		username: fields.username,
		sslmode: fields.sslmode,
		...(password === '' ? {} : { password })
	};
}

/** Only what was changed. An empty password is none: the stored one stays. */
export function asPatch(fields: Fields, changed: Partial<Fields>, password: string): SourcePatch {
	const whole: DatabaseIn = asNew(fields, password);
	const names = [...ABOUT, ...GOES_TO].filter((name) => name in changed);
	return {
		...Object.fromEntries(names.map((name) => [name, whole[name]])),
		...(password === '' ? {} : { password })
	};
}

/** A stored password goes only where it was entered for. */
export function needsPassword(source: DataSource | null, fields: Fields): boolean {
	if (!source?.postgresql?.has_password) return false;
	const before = fieldsOf(source);
	return GOES_TO.some((field) => before[field] !== fields[field].trim());
}

/** Everything is there that is needed. */
export function isWhole(fields: Fields, isDatabase: boolean): boolean {
	if (fields.name.trim() === '') return false;
	if (!isDatabase) return true;
	return (
		[fields.host, fields.database, fields.username].every((text) => text.trim() !== '') &&
		isPort(fields.port)
	);
}

/** What a refusal says that belongs to none of the fields that are shown. */
export function restOf(problem: Problem | null, isDatabase: boolean): string | null {
	const shown = isDatabase ? [...ABOUT, ...GOES_TO, 'password'] : ABOUT;
	return problem?.besides(shown) ?? null;
}
