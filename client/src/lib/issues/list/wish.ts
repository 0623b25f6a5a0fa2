import type { IssuePatch, Person, Status } from '#lib/api/types.ts';
import { now } from '#lib/kit/now.svelte.ts';
import { dayName } from '#lib/kit/time.ts';
import { m } from '#lib/paraglide/messages.js';
import type { IssueEdit } from '../commands.ts';
import type { Issue } from '../reduce.ts';
import { statusWord } from '../words.ts';

export type Act = 'status' | 'assignee' | 'label' | 'due';

/** What the reader wants for one issue or for many. */
export type Wish =
	| { act: 'status'; status: Status }
	| { act: 'assignee'; person: Person | null }
	| { act: 'label'; name: string; isAdded: boolean }
	| { act: 'due'; day: string | null };

/** One edit that is the same for all of its issues. */
export interface Plan {
	keys: string[];
	patch: IssuePatch;
}

const withLabel = (labels: readonly string[], name: string, isAdded: boolean): string[] =>
	isAdded ? [...new Set([...labels, name])].sort() : labels.filter((label) => label !== name);

/** What a wish means for one issue. */
export function editOf(wish: Wish, issue: Issue): IssueEdit {
	switch (wish.act) {
		case 'status':
			return { status: wish.status };
		case 'assignee':
			return { assignee: wish.person };
		case 'label':
			return { labels: withLabel(issue.labels, wish.name, wish.isAdded) };
		case 'due':
			return { due_on: wish.day };
	}
}

/** What a wish means for many: one plan, or for labels one for each set of labels that comes out. */
export function plansOf(wish: Wish, issues: readonly Issue[]): Plan[] {
	return grouped(
		issues.map((issue) => {
			const { assignee, ...patch } = editOf(wish, issue);
			return {
				key: issue.key,
				patch: assignee === undefined ? patch : { assignee_id: assignee?.id ?? null }
			};
		})
	);
}

/** Puts those together that are to become the same. */
export function grouped(edits: readonly { key: string; patch: IssuePatch }[]): Plan[] {
	const plans = new Map<string, Plan>();
	for (const { key, patch } of edits) {
		const name = JSON.stringify(patch);
		const plan = plans.get(name) ?? { keys: [], patch };
		plan.keys.push(key);
		plans.set(name, plan);
	}
	return [...plans.values()];
}

/** The wish on the bulk bar. The name of a person stands beside their picture. */
export function wishWord(wish: Wish): string {
	switch (wish.act) {
		case 'status':
			return m.list_wish_status({ status: statusWord(wish.status) });
		case 'assignee':
			return wish.person ? m.list_wish_assign() : m.list_wish_nobody();
		case 'label':
			return wish.isAdded
				? m.list_wish_label({ name: wish.name })
				: m.list_wish_unlabel({ name: wish.name });
		case 'due':
			return wish.day === null
				? m.list_wish_no_due()
				: m.list_wish_due({ day: dayName(wish.day, now()) });
	}
}

/** What has come of it: "assigned to Tomo". */
export function doneWord(wish: Wish): string {
	switch (wish.act) {
		case 'status':
			return m.list_done_status({ status: statusWord(wish.status) });
		case 'assignee':
			return wish.person ? m.list_done_assign({ name: wish.person.name }) : m.list_done_nobody();
		case 'label':
			return wish.isAdded
				? m.list_done_label({ name: wish.name })
				: m.list_done_unlabel({ name: wish.name });
		case 'due':
			return wish.day === null
				? m.list_done_no_due()
				: m.list_done_due({ day: dayName(wish.day, now()) });
	}
}
