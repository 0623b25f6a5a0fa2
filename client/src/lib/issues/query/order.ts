import { PRIORITIES, SEVERITIES, STATUSES } from '#lib/api/types.ts';
import type { Issue } from '../reduce.ts';

export const SORTS = [
	'updated',
	'created',
	'key',
	'priority',
	'severity',
	'due',
	'status',
	'title'
] as const;
export type SortName = (typeof SORTS)[number];

export interface Sort {
	name: SortName;
	isDescending: boolean;
}

export const DEFAULT_SORT: Sort = { name: 'updated', isDescending: true };

/** `-priority` → by priority, the highest first. What is not known is the default order. */
export function sortFrom(text: string | null): Sort {
	const name = SORTS.find((known) => known === text?.replace(/^-/, ''));
	return name ? { name, isDescending: text?.startsWith('-') ?? false } : DEFAULT_SORT;
}

export const sortText = ({ name, isDescending }: Sort): string =>
	isDescending ? `-${name}` : name;

type Place = readonly (string | number)[];

const NEVER = { first: '0001-01-01', last: '9999-12-31' };

function placeOf(issue: Issue, { name, isDescending }: Sort): Place {
	switch (name) {
		case 'updated':
			return [issue.updated_at];
		case 'created':
			return [issue.created_at];
		case 'key':
			return [issue.project, Number(issue.key.split('-').at(-1))];
		case 'priority':
			return [PRIORITIES.indexOf(issue.priority)];
		case 'severity':
			return [SEVERITIES.indexOf(issue.severity)];
		case 'status':
			return [STATUSES.indexOf(issue.status)];
		case 'due':
			return [issue.due_on ?? (isDescending ? NEVER.first : NEVER.last)];
		case 'title':
			return [issue.title.toLowerCase()];
	}
}

/** The order of the server: by one thing, then by id, both the same way round; no due date comes last. */
export function compare(a: Issue, b: Issue, sort: Sort): number {
	const one = [...placeOf(a, sort), a.id];
	const other = [...placeOf(b, sort), b.id];
	for (const [at, value] of one.entries()) {
		const against = other[at] ?? value;
		if (value === against) continue;
		return value < against === sort.isDescending ? 1 : -1;
	}
	return 0;
}

/** Where an issue belongs among others that are in order, more or less: before the first that comes after it. */
export function placeAmong(
	issue: Issue,
	others: readonly (Issue | undefined)[],
	sort: Sort
): number {
	const at = others.findIndex(
		(other) => other !== undefined && other.key !== issue.key && compare(issue, other, sort) < 0
	);
	return at < 0 ? others.length : at;
}
