import type { DataSource } from './types.ts';

const COMMON = {
	description: '',
	owner: { id: 2, name: 'Nora Brandt' },
	project: null,
	version: 3,
	created_at: '2026-11-20T09:41:12.123456Z',
	updated_at: '2026-11-20T09:41:12.123456Z',
	can_edit: true
};

/** An uploaded table as tests need one. */
export const tableOf = (over: Partial<DataSource> = {}): DataSource => ({
	...COMMON,
	id: 7,
	kind: 'upload',
	name: 'Teams',
	postgresql: null,
	upload: {
		dataset: 'upload:7',
		file_name: 'teams.csv',
		bytes: 88_200,
		rows: 1204,
		columns: [{ name: 'team', title: 'Team', type: 'text', description: '' }],
		note: 'utf-8, semicolon',
		uploaded_at: '2026-11-20T09:41:12.123456Z'
	},
	...over
});

/** A database as tests need one: with a password, and not tested. */
export const databaseOf = (
	over: Partial<DataSource> = {},
	facts: Partial<NonNullable<DataSource['postgresql']>> = {}
): DataSource => ({
	...COMMON,
	id: 8,
	kind: 'postgresql',
	name: 'Shop',
	upload: null,
	postgresql: {
		host: 'db.example.org',
		port: 5432,
		database: 'shop',
		username: 'reader',
		sslmode: 'require',
		has_password: true,
		tested_at: null,
		test_ok: null,
		...facts
	},
	...over
});
