import type { Problem } from '#lib/api/problem.ts';
import { STATUSES, type Status } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Issue } from './reduce.ts';
import { statusWord } from './words.ts';

export interface Refusal {
	/** What stays as it was. */
	subject: string;
	/** Why. */
	text: string;
	/** The legal step that leads on, if there is one. */
	step: { status: Status; word: string } | null;
}

/** Why a change of an issue was not made, in words, with the legal step. */
export function refusalOf(key: string, issue: Issue | undefined, problem: Problem): Refusal {
	const to = asStatus(problem.members.to);
	if (problem.code !== 'illegal_transition' || to === null)
		return {
			subject: m.stays_as_it_was({ key }),
			text: problem.errors[0]?.message ?? problem.message,
			step: null
		};
	const from = asStatus(problem.members.from) ?? issue?.status ?? 'OPEN';
	const legal = (Array.isArray(problem.members.legal) ? problem.members.legal : []).flatMap(
		(status) => asStatus(status) ?? []
	);
	const next =
		legal.find((status) => STATUSES.indexOf(status) > STATUSES.indexOf(from)) ?? legal[0];
	return {
		subject: m.stays({ key, status: statusWord(from) }),
		text: next
			? m.must_be_before({ status: statusWord(next), to: statusWord(to) })
			: m.no_move_allowed({ status: statusWord(from) }),
		step: next ? { status: next, word: statusWord(next) } : null
	};
}

const asStatus = (found: unknown): Status | null =>
	STATUSES.find((status) => status === found) ?? null;
