import type { CommentKind, Priority, Resolution, Role, Severity, Status } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';

const STATUS: Record<Status, () => string> = {
	OPEN: m.status_open,
	TRIAGED: m.status_triaged,
	IN_PROGRESS: m.status_in_progress,
	DONE: m.status_done
};
const RESOLUTION: Record<Resolution, () => string> = {
	FIXED: m.resolution_fixed,
	WONT_FIX: m.resolution_wont_fix,
	DUPLICATE: m.resolution_duplicate,
	CANNOT_REPRODUCE: m.resolution_cannot_reproduce
};
const SEVERITY: Record<Severity, () => string> = {
	LOW: m.low,
	MEDIUM: m.medium,
	HIGH: m.high,
	CRITICAL: m.critical
};
const PRIORITY: Record<Priority, () => string> = {
	LOW: m.low,
	MEDIUM: m.medium,
	HIGH: m.high,
	URGENT: m.urgent
};
const ROLE: Record<Role, () => string> = {
	REPORTER: m.role_reporter,
	MAINTAINER: m.role_maintainer,
	ADMIN: m.role_admin
};
const KIND: Record<CommentKind, () => string> = {
	comment: m.kind_comment,
	progress: m.kind_progress,
	analysis: m.kind_analysis,
	resolution: m.kind_resolution
};

export const statusWord = (status: Status): string => STATUS[status]();
export const resolutionWord = (resolution: Resolution): string => RESOLUTION[resolution]();
export const severityWord = (severity: Severity): string => SEVERITY[severity]();
export const priorityWord = (priority: Priority): string => PRIORITY[priority]();
export const roleWord = (role: Role): string => ROLE[role]();
export const kindWord = (kind: CommentKind): string => KIND[kind]();
