import type { Changed, IssueSummary, Person, Status } from '#lib/api/types.ts';
import type { Group, Happening, IssueEvent } from './happening.ts';

/** What all the events of one issue come to. */
export interface Net {
	key: string;
	project: string;
	isNew: boolean;
	isDeleted: boolean;
	/** Per field that is different in the end. */
	changed: Changed;
	/** Moves between statuses on the way. */
	steps: number;
	comments: number;
	files: number;
	/** Who did it, the last one first. */
	actors: readonly Person[];
	at: string;
	/** The due date that passed meanwhile. */
	overdueOn: string | null;
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Several changes as one: from the first old value to the last new one; what came back is no change. */
export function mergeChanged(all: readonly Changed[]): Changed {
	const net: Changed = {};
	for (const changed of all)
		for (const [field, { old, new: now }] of Object.entries(changed))
			net[field] = { old: net[field] ? net[field].old : old, new: now };
	return Object.fromEntries(Object.entries(net).filter(([, { old, new: now }]) => !same(old, now)));
}

const isUpdate = (event: IssueEvent): event is Extract<IssueEvent, { type: 'issue.updated' }> =>
	event.type === 'issue.updated';

const counted = (all: readonly Happening[], type: string): number =>
	all.filter(({ event }) => event.type === type).length;

export function netOf({ key, project, happenings }: Group): Net {
	const events = happenings.map(({ event }) => event);
	const updates = events.filter(isUpdate);
	const actors = new Map<number, Person>();
	for (const { actor } of events.toReversed()) if (actor) actors.set(actor.id, actor);
	return {
		key,
		project,
		isNew: counted(happenings, 'issue.created') > 0,
		isDeleted: counted(happenings, 'issue.deleted') > 0,
		changed: mergeChanged(updates.map(({ changed }) => changed)),
		steps: updates.filter(({ changed }) => changed.status).length,
		comments: Math.max(
			0,
			counted(happenings, 'comment.created') - counted(happenings, 'comment.deleted')
		),
		files: Math.max(
			0,
			counted(happenings, 'attachment.created') - counted(happenings, 'attachment.deleted')
		),
		actors: [...actors.values()],
		at: events.at(-1)?.at ?? '',
		overdueOn: null
	};
}

export const FIGURES = ['created', 'done', 'reopened', 'assigned', 'overdue', 'comments'] as const;
export type Figure = (typeof FIGURES)[number];

/** A figure of the strip: its number, and the issues behind it. */
export interface Counted {
	n: number;
	keys: ReadonlySet<string>;
}

/** The six figures of "since you looked". `issueOf`: the issue as it is now. */
export function figuresOf(
	nets: readonly Net[],
	me: number,
	issueOf: (key: string) => IssueSummary | null | undefined
): Record<Figure, Counted> {
	const left = nets.filter((net) => !net.isDeleted);
	const where = (test: (net: Net) => boolean): Counted => {
		const keys = new Set(left.filter(test).map(({ key }) => key));
		return { n: keys.size, keys };
	};
	const talked = where((net) => net.comments > 0);
	return {
		created: where((net) => net.isNew),
		done: where((net) => statusAfter(net, issueOf) === 'DONE'),
		reopened: where(({ changed }) => changed.status?.old === 'DONE'),
		assigned: where((net) => isAssigned(net, me, issueOf)),
		overdue: where((net) => net.overdueOn !== null),
		comments: { n: left.reduce((sum, net) => sum + net.comments, 0), keys: talked.keys }
	};
}

type IssueOf = (key: string) => IssueSummary | null | undefined;

function statusAfter(net: Net, issueOf: IssueOf): Status | null {
	if (net.changed.status) return net.changed.status.new as Status;
	return net.isNew ? (issueOf(net.key)?.status ?? null) : null;
}

function isAssigned(net: Net, me: number, issueOf: IssueOf): boolean {
	const { assignee } = net.changed;
	if (assignee) return (assignee.new as Person | null)?.id === me;
	const issue = issueOf(net.key);
	return net.isNew && issue?.assignee?.id === me && issue.reporter.id !== me;
}
