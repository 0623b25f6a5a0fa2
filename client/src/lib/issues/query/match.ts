import { PRIORITIES, SEVERITIES, STATUSES, type Person } from '#lib/api/types.ts';
import type { Issue } from '../reduce.ts';
import type { TermToken, Value } from './lex.ts';
import type { Node } from './parse.ts';
import { dayOf, stretchOf } from './times.ts';
import { holds } from './words.ts';

/** Yes, no, or null: only the server can tell, because it has texts that are not here. */
export type Verdict = boolean | null;

export interface Reading {
	userId: number;
	now: Date;
}

/** Whether an issue is what the query asks for. */
export function matches(node: Node, issue: Issue, reading: Reading): Verdict {
	switch (node.kind) {
		case 'all':
			return every(node.parts.map((part) => matches(part, issue, reading)));
		case 'any':
			return some(node.parts.map((part) => matches(part, issue, reading)));
		case 'not':
			return not(matches(node.part, issue, reading));
		case 'word':
		case 'phrase':
			return inText(issue, node.text, node.kind === 'phrase');
		case 'term':
			return term(node, issue, reading);
	}
}

const every = (all: Verdict[]): Verdict =>
	all.includes(false) ? false : all.includes(null) ? null : true;
const some = (all: Verdict[]): Verdict =>
	all.includes(true) ? true : all.includes(null) ? null : false;
const not = (one: Verdict): Verdict => (one === null ? null : !one);

/** Comments are searched too, and they are not here: what is not found may still be there. */
function inText(issue: Issue, asked: string, isPhrase: boolean): Verdict {
	if (!isPhrase && asked.toUpperCase() === issue.key) return true;
	if (holds(issue.title, asked, isPhrase)) return true;
	if (issue.description !== undefined && holds(issue.description, asked, isPhrase)) return true;
	const isAllHere = issue.description !== undefined && issue.comments_count === 0;
	return isAllHere && issue.text_version === issue.version ? false : null;
}

type Meaning = (term: TermToken, issue: Issue, reading: Reading) => Verdict;

const oneOf =
	(read: (issue: Issue) => string | null): Meaning =>
	({ values }, issue) =>
		values.some(({ text }) => text.toUpperCase().replaceAll(/[- ]/g, '_') === read(issue));

const ranked =
	<T extends string>(order: readonly T[], read: (issue: Issue) => T): Meaning =>
	(term, issue, reading) => {
		if (term.op === ':') return oneOf(read)(term, issue, reading);
		const wanted = term.values[0]?.text.toUpperCase().replaceAll('-', '_');
		const rank = order.findIndex((word) => word === wanted);
		return rank < 0 ? null : compares(term.op, order.indexOf(read(issue)), rank);
	};

const person =
	(read: (issue: Issue) => Person | null): Meaning =>
	({ values }, issue, { userId }) =>
		values.some((value) => isPerson(value, read(issue), userId));

function isPerson({ text, isQuoted }: Value, found: Person | null, userId: number): boolean {
	const word = text.toLowerCase();
	if (!isQuoted && word === 'me') return found?.id === userId;
	if (!isQuoted && word === 'none') return found === null;
	if (!isQuoted && /^\d+$/.test(word)) return found?.id === Number(word);
	const name = found?.name.toLowerCase() ?? '';
	return name === word || name.startsWith(`${word} `);
}

const time =
	(read: (issue: Issue, now: Date) => string | null): Meaning =>
	({ op, values }, issue, { now }) => {
		const at = read(issue, now);
		if (at === null) return false;
		const stretches = values.map(({ text }) => stretchOf(text, now));
		return some(
			stretches.map((found) => {
				if (!found) return null;
				const isMoment = found.start.getTime() === found.end.getTime();
				const stretch = op === ':' && isMoment ? dayOf(found.start) : found;
				return stretch && within(op, new Date(at).getTime(), stretch.start, stretch.end);
			})
		);
	};

const due: Meaning = ({ op, values }, issue, { now }) =>
	some(
		values.map(({ text, isQuoted }) => {
			if (op === ':' && !isQuoted && text.toLowerCase() === 'none') return issue.due_on === null;
			const found = stretchOf(text, now);
			const stretch = found && dayOf(found.start);
			if (!stretch) return null;
			if (issue.due_on === null) return false;
			return within(op, Date.parse(`${issue.due_on}T00:00:00Z`), stretch.start, stretch.end);
		})
	);

function within(op: string, at: number, start: Date, end: Date): boolean {
	if (op === '>') return at >= end.getTime();
	if (op === '>=') return at >= start.getTime();
	if (op === '<') return at < start.getTime();
	if (op === '<=') return at < end.getTime();
	return at >= start.getTime() && at < end.getTime();
}

function compares(op: string, a: number, b: number): boolean {
	if (op === '>') return a > b;
	if (op === '>=') return a >= b;
	if (op === '<') return a < b;
	return a <= b;
}

const FLAGS: Record<string, (issue: Issue, now: Date) => Verdict> = {
	open: (issue) => issue.status !== 'DONE',
	done: (issue) => issue.status === 'DONE',
	unassigned: (issue) => issue.assignee === null,
	overdue: (issue, now) =>
		issue.status !== 'DONE' &&
		issue.due_on !== null &&
		issue.due_on < now.toISOString().slice(0, 10),
	watching: (issue) => issue.watching ?? null
};

const MEANINGS: Record<string, Meaning> = {
	status: ranked(STATUSES, (issue) => issue.status),
	severity: ranked(SEVERITIES, (issue) => issue.severity),
	priority: ranked(PRIORITIES, (issue) => issue.priority),
	resolution: oneOf((issue) => issue.resolution),
	assignee: person((issue) => issue.assignee),
	reporter: person((issue) => issue.reporter),
	project: ({ values }, issue) => values.some(({ text }) => text.toUpperCase() === issue.project),
	label: ({ values }, issue) =>
		values.some(({ text, isQuoted }) => {
			if (!isQuoted && text.toLowerCase() === 'none') return issue.labels.length === 0;
			return issue.labels.some((label) => label.toLowerCase() === text.toLowerCase());
		}),
	due,
	created: time((issue) => issue.created_at),
	updated: time((issue) => issue.updated_at),
	// Moved to Done a moment ago, it has no time from the server yet.
	done: time((issue, now) =>
		issue.status === 'DONE' ? (issue.done_at ?? now.toISOString()) : null
	),
	is: ({ values }, issue, { now }) =>
		some(values.map(({ text }) => FLAGS[text.toLowerCase()]?.(issue, now) ?? null))
};

const term: Meaning = (asked, issue, reading) =>
	MEANINGS[asked.field]?.(asked, issue, reading) ?? null;
