/** The shapes of the HTTP contract, as pages use them. `contract.ts` fails to compile when the server's differ. */
export const ROLES = ['REPORTER', 'MAINTAINER', 'ADMIN'] as const;
export const STATUSES = ['OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE'] as const;
export const RESOLUTIONS = ['FIXED', 'WONT_FIX', 'DUPLICATE', 'CANNOT_REPRODUCE'] as const;
export const SEVERITIES = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
export const PRIORITIES = ['LOW', 'MEDIUM', 'HIGH', 'URGENT'] as const;
export const COMMENT_KINDS = ['comment', 'progress', 'analysis', 'resolution'] as const;

export type Role = (typeof ROLES)[number];
export type Status = (typeof STATUSES)[number];
export type Resolution = (typeof RESOLUTIONS)[number];
export type Severity = (typeof SEVERITIES)[number];
export type Priority = (typeof PRIORITIES)[number];
export type CommentKind = (typeof COMMENT_KINDS)[number];

export interface Person {
	id: number;
	name: string;
}

export interface IssueSummary {
	id: number;
	key: string;
	project: string;
	title: string;
	status: Status;
	resolution: Resolution | null;
	severity: Severity;
	priority: Priority;
	reporter: Person;
	assignee: Person | null;
	labels: string[];
	due_on: string | null;
	watchers_count: number;
	comments_count: number;
	attachments_count: number;
	version: number;
	created_at: string;
	updated_at: string;
	done_at: string | null;
	status_since: string;
}

export interface IssueDetail {
	description: string;
	description_html: string;
	/** The reader's own; never part of an event. */
	watching: boolean;
}

export type IssueOut = IssueSummary & IssueDetail;

export interface IssuePatch {
	title?: string;
	description?: string;
	status?: Status;
	resolution?: Resolution | null;
	severity?: Severity;
	priority?: Priority;
	assignee_id?: number | null;
	labels?: string[];
	due_on?: string | null;
}

export interface IssueDraft {
	project: string;
	title: string;
	description?: string;
	severity?: Severity;
	priority?: Priority;
	assignee_id?: number | null;
	labels?: string[];
	due_on?: string | null;
}

export interface CommentOut {
	id: number;
	issue: string;
	body: string;
	body_html: string;
	kind: CommentKind;
	author: Person;
	version: number;
	created_at: string;
	updated_at: string;
}

export interface AttachmentOut {
	id: string;
	issue: string;
	name: string;
	content_type: string;
	bytes: number;
	sha256: string;
	inline: boolean;
	thumbnail: boolean;
	uploader: Person;
	created_at: string;
}

export interface UserOut {
	id: number;
	email: string;
	name: string;
	role: Role;
	active: boolean;
	version: number;
	created_at: string;
}

export interface MyProject {
	id: number;
	key: string;
	name: string;
	role: Role;
}

export interface Me extends UserOut {
	/** null for an API token, which a browser never has. */
	session_id: string | null;
	demo: boolean;
	projects: MyProject[];
	preferences: Record<string, unknown>;
}

export interface ProjectOut {
	id: number;
	key: string;
	name: string;
	description: string;
	visibility: 'open' | 'private';
	reporters_see_all: boolean;
	timezone: string;
	version: number;
	created_at: string;
	/** The reader's effective role; left out of events. */
	role?: Role;
}

export interface ProjectLabels {
	project: string;
	labels: Label[];
}

export interface Label {
	name: string;
	color: string;
}

/** Which moves are legal for whom, and how many issues a status should hold at most. */
export interface Workflow {
	transitions: { role: Role; from: Status; to: Status }[];
	wip_limits: Partial<Record<Status, number>>;
	version: number;
}

/** Per changed field what it was and what it became. */
export type Changed = Record<string, { old: unknown; new: unknown }>;

export interface HistoryEntry {
	id: number;
	type: string;
	at: string;
	actor: Person | null;
	changed: Changed;
	/** What else it was about: a comment, a file, a watcher. */
	detail: Record<string, unknown>;
}

export interface Page<T> {
	items: T[];
	next: string | null;
	total: number | null;
}

export interface LoginProviders {
	google: { enabled: boolean; name: string };
	demo: { people: DemoPerson[] } | null;
}

export interface DemoPerson {
	email: string;
	password: string;
	name: string;
	role: Role;
}

export interface SessionOut {
	id: string;
	kind: 'browser' | 'program';
	created_at: string;
	last_seen_at: string;
	expires_at: string;
	ip: string | null;
	user_agent: string | null;
	current: boolean;
}

/** What a token may do: `write` includes `read`; `admin` is for what only admins may do, and comes besides. */
export type Scope = 'read' | 'write' | 'admin';

export interface ApiTokenOut {
	id: string;
	name: string;
	scopes: Scope[];
	created_at: string;
	expires_at: string;
	last_used_at: string | null;
}
