import type { Changed, Person, Priority, Resolution, Severity, Status } from '#lib/api/types.ts';
import { SEVERITIES } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { resolutionWord } from '../words.ts';

/** A value of a field, as it is drawn. */
export type Value =
	| { kind: 'status'; status: Status }
	| { kind: 'severity'; severity: Severity }
	| { kind: 'priority'; priority: Priority }
	| { kind: 'due'; day: string }
	| { kind: 'person'; person: Person }
	| { kind: 'label'; name: string }
	| { kind: 'text'; text: string };

/** "moved it Triaged → In progress": what was done, from what to what, and a quiet word after it. */
export interface Phrase {
	field: string;
	verb: string;
	old: readonly Value[];
	now: readonly Value[];
	note?: string;
}

type Change = Changed[string];
type Wording = (
	change: Change,
	all: Changed,
	actorId: number | null,
	brief: boolean
) => Phrase | null;

const status = (found: unknown): Value[] =>
	found ? [{ kind: 'status', status: found as Status }] : [];
const due = (found: unknown): Value[] => (found ? [{ kind: 'due', day: String(found) }] : []);
const label = (name: string): Value => ({ kind: 'label', name });
const names = (found: unknown): string[] => (Array.isArray(found) ? found.map(String) : []);

function moved({ old, new: now }: Change, all: Changed): Phrase {
	const verb =
		now === 'DONE' ? m.issue_resolved() : old === 'DONE' ? m.issue_reopened() : m.issue_moved();
	const resolution = all.resolution?.new as Resolution | null | undefined;
	const note = now === 'DONE' && resolution ? resolutionWord(resolution) : undefined;
	return { field: 'status', verb, old: status(old), now: status(now), note };
}

function assigned({ new: now }: Change, _: Changed, actorId: number | null): Phrase {
	const person = now as Person | null;
	if (!person) return { field: 'assignee', verb: m.issue_unassigned(), old: [], now: [] };
	if (person.id === actorId) return { field: 'assignee', verb: m.issue_took(), old: [], now: [] };
	return {
		field: 'assignee',
		verb: m.issue_assigned(),
		old: [],
		now: [{ kind: 'person', person }]
	};
}

function dated({ old, new: now }: Change): Phrase {
	const verb = !now ? m.issue_due_removed() : old ? m.issue_due_moved() : m.issue_due_set();
	return { field: 'due_on', verb, old: due(old), now: due(now) };
}

function labelled({ old, new: now }: Change): Phrase | null {
	const [before, after] = [names(old), names(now)];
	const added = after.filter((name) => !before.includes(name)).map(label);
	const removed = before.filter((name) => !after.includes(name)).map(label);
	if (added.length + removed.length === 0) return null;
	if (removed.length === 0)
		return {
			field: 'labels',
			verb: added.length === 1 ? m.issue_label_added() : m.issue_labels_added(),
			old: [],
			now: added
		};
	if (added.length === 0)
		return {
			field: 'labels',
			verb: removed.length === 1 ? m.issue_label_removed() : m.issue_labels_removed(),
			old: [],
			now: removed
		};
	return { field: 'labels', verb: m.issue_relabelled(), old: removed, now: added };
}

/** In few words: up or down. */
function risen(order: readonly string[], old: unknown, now: unknown): string {
	if (!old) return m.issue_set_severity();
	const isUp = order.indexOf(String(now)) > order.indexOf(String(old));
	return isUp ? m.issue_raised_severity() : m.issue_lowered_severity();
}

const WORDINGS: Record<string, Wording> = {
	status: moved,
	resolution: ({ new: now }, all) =>
		all.status || !now
			? null
			: {
					field: 'resolution',
					verb: m.issue_set_resolution(),
					old: [],
					now: [{ kind: 'text', text: resolutionWord(now as Resolution) }]
				},
	severity: ({ old, new: now }, _, __, brief) => ({
		field: 'severity',
		verb: brief ? risen(SEVERITIES, old, now) : m.issue_set_severity(),
		old: old ? [{ kind: 'severity', severity: old as Severity }] : [],
		now: [{ kind: 'severity', severity: now as Severity }]
	}),
	priority: ({ old, new: now }) => ({
		field: 'priority',
		verb: m.issue_set_priority(),
		old: old ? [{ kind: 'priority', priority: old as Priority }] : [],
		now: [{ kind: 'priority', priority: now as Priority }]
	}),
	assignee: assigned,
	due_on: dated,
	labels: labelled,
	title: ({ old, new: now }) => ({
		field: 'title',
		verb: m.issue_renamed(),
		old: [{ kind: 'text', text: String(old) }],
		now: [{ kind: 'text', text: String(now) }]
	}),
	description: () => ({ field: 'description', verb: m.issue_described(), old: [], now: [] })
};

/** A change of fields in words, in a fixed order. Fields that we do not know are left out. */
export function phrasesOf(changed: Changed, actorId: number | null, brief = false): Phrase[] {
	return Object.entries(WORDINGS).flatMap(([field, wording]) => {
		const change = changed[field];
		return (change && wording(change, changed, actorId, brief)) ?? [];
	});
}

/**
 * The edit that takes a change back; null when nothing of it can be. A description is left as it is: an event
 * tells only how the old one began.
 */
export function inverseOf(changed: Changed): Record<string, unknown> | null {
	const back = Object.entries(changed).flatMap(([field, { old }]) => {
		const isBack = field in WORDINGS && field !== 'description';
		return isBack && (field !== 'resolution' || old !== null) ? [[field, old] as const] : [];
	});
	return back.length > 0 ? Object.fromEntries(back) : null;
}
