import type {
	AttachmentOut,
	CommentOut,
	Label,
	ProjectOut,
	Role,
	UserOut,
	Workflow
} from '#lib/api/types.ts';
import type { DeliveryOut, ReportFacts, RunSummary } from '#lib/reports/types.ts';
import type { JobPause, JobRun } from '#lib/jobs/types.ts';
import type { Notice, NoticesRead } from '#lib/notifications/types.ts';
import type { EventOf, EventType, IssueInEvent, TracklyEvent } from './events.ts';

/** What an event means for what is held here. Stores apply the kinds that are theirs, and only if newer. */
export type Change =
	| { kind: 'issue'; issue: IssueInEvent }
	| { kind: 'issue-gone'; id: number; key: string }
	| { kind: 'watching'; issue: string; userId: number; watching: boolean }
	| { kind: 'comment'; comment: CommentOut }
	| { kind: 'comment-gone'; issue: string; id: number }
	| { kind: 'attachment'; attachment: AttachmentOut }
	| { kind: 'attachment-gone'; issue: string; id: string }
	| { kind: 'project'; project: ProjectOut }
	| { kind: 'project-gone'; key: string }
	| { kind: 'label'; project: string; label: Label }
	| { kind: 'workflow'; project: string; workflow: Workflow }
	| { kind: 'member'; project: string; userId: number; role: Role | null }
	| { kind: 'job-pause'; pause: JobPause }
	| { kind: 'job-run'; run: JobRun }
	| { kind: 'source'; id: number }
	| { kind: 'sql-writer'; userId: number; may: boolean }
	| { kind: 'user'; user: UserOut }
	| { kind: 'user-gone'; id: number }
	| { kind: 'report'; report: ReportFacts }
	| { kind: 'report-gone'; id: number }
	| { kind: 'run'; run: RunSummary }
	| { kind: 'delivery'; delivery: DeliveryOut }
	| { kind: 'notice'; notice: Notice; unread: number }
	| { kind: 'notices-read'; read: NoticesRead; unread: number };

export type Reducer<T extends EventType = EventType> = (event: EventOf<T>) => readonly Change[];

const issue = (of: { issue: IssueInEvent }): Change => ({ kind: 'issue', issue: of.issue });

/** The total table: an event type without a line here does not compile. */
const dispatch = {
	'issue.created': (event) => [issue(event)],
	'issue.updated': (event) => [issue(event)],
	'issue.deleted': (event) => [{ kind: 'issue-gone', id: event.issue.id, key: event.issue.key }],
	'watcher.added': (event) => [issue(event), watching(event, true)],
	'watcher.removed': (event) => [issue(event), watching(event, false)],
	'comment.created': (event) => [issue(event), { kind: 'comment', comment: event.comment }],
	'comment.updated': (event) => [issue(event), { kind: 'comment', comment: event.comment }],
	'comment.deleted': (event) => [
		issue(event),
		{ kind: 'comment-gone', issue: event.issue.key, id: event.comment.id }
	],
	'attachment.created': (event) => [
		issue(event),
		{ kind: 'attachment', attachment: event.attachment }
	],
	'attachment.deleted': (event) => [
		issue(event),
		{ kind: 'attachment-gone', issue: event.issue.key, id: event.attachment.id }
	],
	'project.created': (event) => [{ kind: 'project', project: event.project }],
	'project.updated': (event) => [{ kind: 'project', project: event.project }],
	'project.deleted': (event) => [{ kind: 'project-gone', key: event.project.key }],
	'label.created': (event) => [{ kind: 'label', project: event.project, label: event.label }],
	'workflow.updated': (event) => [
		{ kind: 'workflow', project: event.project, workflow: event.workflow }
	],
	'member.updated': (event) => [member(event, event.member.role ?? null)],
	'member.removed': (event) => [member(event, null)],
	'job.paused': (event) => [{ kind: 'job-pause', pause: event.job }],
	'job.resumed': (event) => [{ kind: 'job-pause', pause: event.job }],
	'job.ran': (event) => [{ kind: 'job-run', run: event.run }],
	'source.created': (event) => [{ kind: 'source', id: event.source.id }],
	'source.updated': (event) => [{ kind: 'source', id: event.source.id }],
	'source.deleted': (event) => [{ kind: 'source', id: event.source.id }],
	'sandbox.writer_granted': (event) => [{ kind: 'sql-writer', userId: event.user.id, may: true }],
	'sandbox.writer_revoked': (event) => [{ kind: 'sql-writer', userId: event.user.id, may: false }],
	'user.created': (event) => [{ kind: 'user', user: event.user }],
	'user.updated': (event) => [{ kind: 'user', user: event.user }],
	'user.deleted': (event) => [{ kind: 'user-gone', id: event.user.id }],
	'report.created': (event) => [{ kind: 'report', report: event.report }],
	'report.updated': (event) => [{ kind: 'report', report: event.report }],
	'report.deleted': (event) => [{ kind: 'report-gone', id: event.report.id }],
	'report.run_created': (event) => [{ kind: 'run', run: event.run }],
	'report.run_updated': (event) => [{ kind: 'run', run: event.run }],
	'report.run_finished': (event) => [{ kind: 'run', run: event.run }],
	'delivery.updated': (event) => [{ kind: 'delivery', delivery: event.delivery }],
	'notification.created': (event) => [
		{ kind: 'notice', notice: event.notification, unread: event.unread }
	],
	'notification.read': (event) => [{ kind: 'notices-read', read: event.read, unread: event.unread }]
} satisfies { [T in EventType]: Reducer<T> };

function watching(event: EventOf<'watcher.added' | 'watcher.removed'>, is: boolean): Change {
	return { kind: 'watching', issue: event.issue.key, userId: event.watcher.id, watching: is };
}

function member(event: EventOf<'member.updated' | 'member.removed'>, role: Role | null): Change {
	return { kind: 'member', project: event.project, userId: event.member.user_id, role };
}

/** The changes that an event stands for; pure. */
export function changesOf(event: TracklyEvent): readonly Change[] {
	const reduce = dispatch[event.type] as Reducer;
	return reduce(event);
}
