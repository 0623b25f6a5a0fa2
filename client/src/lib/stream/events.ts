import type {
	AttachmentOut,
	Changed,
	CommentOut,
	IssueDetail,
	IssueSummary,
	Label,
	Person,
	ProjectOut,
	Role,
	UserOut,
	Workflow
} from '#lib/api/types.ts';
import type { DeliveryOut, ReportFacts, RunSummary } from '#lib/reports/types.ts';
import type { JobPause, JobRun } from '#lib/jobs/types.ts';
import type { Notice, NoticesRead } from '#lib/notifications/types.ts';

/** An issue as an event carries it: the summary, and the text when the text is new. */
export type IssueInEvent = IssueSummary & Partial<IssueDetail>;

type Bare = { id: number; key: string };
type RunInEvent = { report: { id: number; name: string }; run: RunSummary; version: number };
type SourceInEvent = {
	id: number;
	kind: 'postgresql' | 'upload';
	name: string;
	version: number;
};
type Member = { user_id: number; role?: Role | null };

/** What each event carries besides `type`, `at` and `actor`. The whole list: a new type does not compile until it is handled. */
export interface EventBodies {
	'issue.created': { project: string; issue: IssueInEvent; version: number };
	'issue.updated': { project: string; issue: IssueInEvent; version: number; changed: Changed };
	'issue.deleted': { project: string; issue: Bare; version: number };
	'watcher.added': { project: string; issue: IssueSummary; watcher: Person };
	'watcher.removed': { project: string; issue: IssueSummary; watcher: Person };
	'comment.created': { project: string; issue: IssueSummary; comment: CommentOut };
	'comment.updated': { project: string; issue: IssueSummary; comment: CommentOut };
	'comment.deleted': { project: string; issue: IssueSummary; comment: { id: number } };
	'attachment.created': { project: string; issue: IssueSummary; attachment: AttachmentOut };
	'attachment.deleted': { project: string; issue: IssueSummary; attachment: { id: string } };
	'project.created': { project: ProjectOut };
	'project.updated': { project: ProjectOut };
	'project.deleted': { project: Bare };
	'label.created': { project: string; label: Label };
	'workflow.updated': { project: string; workflow: Workflow };
	'member.updated': { project: string; member: Member };
	'member.removed': { project: string; member: Member };
	'job.paused': { job: JobPause };
	'job.resumed': { job: JobPause };
	'job.ran': { run: JobRun };
	'source.created': { source: SourceInEvent; version: number };
	'source.updated': { source: SourceInEvent; version: number };
	'source.deleted': { source: { id: number; name: string }; version: number };
	'sandbox.writer_granted': { user: Person };
	'sandbox.writer_revoked': { user: Person };
	'user.created': { user: UserOut };
	'user.updated': { user: UserOut };
	'user.deleted': { user: { id: number } };
	'report.created': { report: ReportFacts; version: number };
	'report.updated': { report: ReportFacts; version: number };
	'report.deleted': { report: { id: number }; version: number };
	'report.run_created': RunInEvent;
	'report.run_updated': RunInEvent;
	'report.run_finished': RunInEvent;
	'delivery.updated': { delivery: DeliveryOut; version: number };
	'notification.created': { notification: Notice; unread: number; version: number };
	'notification.read': { read: NoticesRead; unread: number; version: number };
}

export type EventType = keyof EventBodies;

export type EventOf<T extends EventType> = EventBodies[T] & {
	type: T;
	at: string;
	actor: Person | null;
};

export type TracklyEvent = { [T in EventType]: EventOf<T> }[EventType];

/** What a body must hold to be believed: member → the member of it that has to be there. */
const MUST: Record<EventType, readonly (readonly [member: string, inside: string])[]> = {
	'issue.created': [['issue', 'key']],
	'issue.updated': [['issue', 'key']],
	'issue.deleted': [['issue', 'key']],
	'watcher.added': [
		['issue', 'key'],
		['watcher', 'id']
	],
	'watcher.removed': [
		['issue', 'key'],
		['watcher', 'id']
	],
	'comment.created': [
		['issue', 'key'],
		['comment', 'body_html']
	],
	'comment.updated': [
		['issue', 'key'],
		['comment', 'body_html']
	],
	'comment.deleted': [
		['issue', 'key'],
		['comment', 'id']
	],
	'attachment.created': [
		['issue', 'key'],
		['attachment', 'name']
	],
	'attachment.deleted': [
		['issue', 'key'],
		['attachment', 'id']
	],
	'project.created': [['project', 'key']],
	'project.updated': [['project', 'key']],
	'project.deleted': [['project', 'key']],
	'label.created': [['label', 'name']],
	'workflow.updated': [['workflow', 'transitions']],
	'member.updated': [['member', 'user_id']],
	'member.removed': [['member', 'user_id']],
	'job.paused': [['job', 'name']],
	'job.resumed': [['job', 'name']],
	'job.ran': [['run', 'job']],
	'source.created': [['source', 'kind']],
	'source.updated': [['source', 'kind']],
	'source.deleted': [['source', 'id']],
	'sandbox.writer_granted': [['user', 'id']],
	'sandbox.writer_revoked': [['user', 'id']],
	'user.created': [['user', 'id']],
	'user.updated': [['user', 'id']],
	'user.deleted': [['user', 'id']],
	'report.created': [['report', 'formats']],
	'report.updated': [['report', 'formats']],
	'report.deleted': [['report', 'id']],
	'report.run_created': [['run', 'report_id']],
	'report.run_updated': [['run', 'report_id']],
	'report.run_finished': [['run', 'report_id']],
	'delivery.updated': [['delivery', 'ref']],
	'notification.created': [['notification', 'title']],
	'notification.read': [['read', 'through']]
};

export const EVENT_TYPES = Object.keys(MUST) as EventType[];

const isRecord = (found: unknown): found is Record<string, unknown> =>
	typeof found === 'object' && found !== null && !Array.isArray(found);

/** The event in `data`, or null when it is none that we know or lacks what its type promises. */
export function narrow(type: string, data: unknown): TracklyEvent | null {
	if (!isRecord(data) || !(type in MUST) || typeof data.at !== 'string') return null;
	const holds = MUST[type as EventType].every(([member, inside]) => {
		const found = data[member];
		return isRecord(found) && inside in found;
	});
	return holds ? ({ actor: null, ...data, type } as TracklyEvent) : null;
}
