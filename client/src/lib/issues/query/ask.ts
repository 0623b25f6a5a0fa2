import type { Query as Params } from '#lib/api/client.ts';
import type { Status } from '#lib/api/types.ts';
import type { Issue } from '../reduce.ts';
import { matches, type Reading, type Verdict } from './match.ts';
import { sortFrom, type Sort } from './order.ts';
import { parse, type Query } from './parse.ts';
import { sortOf, withSort } from './text.ts';

/** Which issues a list shows: the text of the query, and what the place of the list adds to it. */
export interface Asked {
	/** The query language, as it was typed. */
	q: string;
	/** The project that the whole page is about; '' = all. */
	project: string;
	/** The column of the board. */
	status?: Status;
	/** A part that the place adds, e.g. `done>-7d`. */
	also?: string;
	/** The order when the query names none. */
	sort?: string;
}

/** The parameters of `GET /api/issues`. */
export function paramsOf({ q, project, status, also, sort }: Asked): Params {
	const named = sortOf(q);
	const rest = withSort(q, null).trim();
	const text = also ? [rest && `(${rest})`, also].filter(Boolean).join(' ') : rest;
	return {
		q: named === null ? text : `${text} sort:${named}`.trim(),
		project,
		status,
		sort: named === null ? sort : undefined
	};
}

/** The same for these issues alone: the server is asked which of them it finds. */
export function paramsAbout(asked: Asked, keys: readonly string[]): Params {
	const rest = withSort(asked.q, null).trim();
	const also = `(${keys.join(' OR ')})`;
	return paramsOf({ ...asked, q: rest, also: asked.also ? `${asked.also} ${also}` : also });
}

/** A question made ready to be held against one issue after another. */
export class Judge {
	readonly sort: Sort;
	readonly #asked: Asked;
	readonly #query: Query | null;
	readonly #also: Query | null;

	constructor(asked: Asked) {
		this.#asked = asked;
		this.#query = parse(asked.q);
		this.#also = parse(asked.also ?? '');
		this.sort = sortFrom(this.#query?.sort ?? asked.sort ?? null);
	}

	of(issue: Issue, reading: Reading): Verdict {
		const { project, status } = this.#asked;
		if (project !== '' && issue.project !== project) return false;
		if (status !== undefined && issue.status !== status) return false;
		if (!this.#query || !this.#also) return null;
		const also = matches(this.#also.where, issue, reading);
		const own = matches(this.#query.where, issue, reading);
		return also === false || own === false ? false : also === null || own === null ? null : true;
	}
}
