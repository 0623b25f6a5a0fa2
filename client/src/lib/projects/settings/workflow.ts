import { STATUSES, type Role, type Status, type Workflow } from '#lib/api/types.ts';

/** Those who move issues; reporters never do. */
export const MOVERS = ['MAINTAINER', 'ADMIN'] as const satisfies readonly Role[];
export type Mover = (typeof MOVERS)[number];

/**
 * A workflow as one flat record, a field for each tick and each limit: two who edit different fields of it at the
 * same time do not collide.
 */
export type FlatWorkflow = Record<string, boolean | string>;

export const moveField = (role: Mover, from: Status, to: Status): string => `${role}:${from}>${to}`;
export const limitField = (status: Status): string => `limit:${status}`;

/** Every move that there could be. */
const MOVES = MOVERS.flatMap((role) =>
	STATUSES.flatMap((from) => STATUSES.filter((to) => to !== from).map((to) => ({ role, from, to })))
);

export function flat(workflow: Workflow): FlatWorkflow {
	const legal = new Set(
		workflow.transitions.map(({ role, from, to }) => moveField(role as Mover, from, to))
	);
	const moves = MOVES.map(({ role, from, to }) => moveField(role, from, to));
	return Object.fromEntries([
		...moves.map((field) => [field, legal.has(field)]),
		...STATUSES.map((status) => [limitField(status), workflow.wip_limits[status]?.toString() ?? ''])
	]) as FlatWorkflow;
}

/** What the server takes. A limit that is no number is sent as it is, so that the server says what is wrong. */
export function unflat(fields: (field: string) => boolean | string): Omit<Workflow, 'version'> {
	const limits = STATUSES.map((status) => [status, String(fields(limitField(status))).trim()]);
	return {
		transitions: MOVES.filter(({ role, from, to }) => fields(moveField(role, from, to)) === true),
		wip_limits: Object.fromEntries(
			limits.filter(([, text]) => text !== '').map(([status, text]) => [status, Number(text)])
		) as Workflow['wip_limits']
	};
}

/** A limit is a whole number from 1 to 10,000, or nothing. */
export const isLimit = (text: string): boolean =>
	text.trim() === '' ||
	(/^\d{1,5}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 10_000);
