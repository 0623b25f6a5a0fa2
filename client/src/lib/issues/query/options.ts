import { STATUSES } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { projects } from '#lib/projects/collection.svelte.ts';
import { statusWord } from '../words.ts';
import type { SortName } from './order.ts';

export interface Choice {
	/** As it is written in the query. */
	value: string;
	label: string;
}

export const FILTERS = ['status', 'assignee', 'label', 'project'] as const;
export type FilterField = (typeof FILTERS)[number];

/** What a filter can be set to, for these projects (all of them when empty). */
export function choicesOf(field: FilterField, keys: readonly string[]): Choice[] {
	const asked = projects.list.filter(({ key }) => keys.length === 0 || keys.includes(key));
	switch (field) {
		case 'status':
			return STATUSES.map((status) => ({ value: status.toLowerCase(), label: statusWord(status) }));
		case 'assignee':
			return [
				{ value: 'me', label: m.list_me() },
				{ value: 'none', label: m.nobody() },
				...named(asked.flatMap(({ key }) => projects.people(key).map(({ name }) => name)))
			];
		case 'label':
			return [
				{ value: 'none', label: m.list_no_label() },
				...named(asked.flatMap(({ key }) => projects.labels(key).map(({ name }) => name)))
			];
		case 'project':
			return projects.list.map(({ key, name }) => ({ value: key, label: name }));
	}
}

const named = (names: string[]): Choice[] =>
	[...new Set(names)]
		.sort((a, b) => a.localeCompare(b))
		.map((name) => ({ value: name, label: name }));

export const filterWord: Record<FilterField, () => string> = {
	status: m.list_status,
	assignee: m.list_assignee,
	label: m.list_label,
	project: m.list_project
};

export const sortWord: Record<SortName, () => string> = {
	updated: m.list_updated,
	created: m.list_created,
	key: m.list_key,
	priority: m.list_priority,
	severity: m.list_severity,
	due: m.list_due,
	status: m.list_status,
	title: m.list_title
};
