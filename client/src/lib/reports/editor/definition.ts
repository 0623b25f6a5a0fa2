import type { Definition, Recipient, ReportOut, ScheduleDraft, Source } from '../types.ts';
import { readWhen, whenLine } from './when.ts';

/** A schedule while it is edited: `text` is the line as it is typed, `cron` what it meant before it was touched. */
export type ScheduleEdit = Omit<ScheduleDraft, 'when' | 'cron'> & {
	text: string;
	cron: string | null;
};

/** A definition while it is edited. Each member is saved whole, and merged whole. */
export interface Edited extends Omit<Definition, 'schedule' | 'source'> {
	/** null: it is not shown to who may not change it. */
	source: Source | null;
	schedule: ScheduleEdit;
}

export type Member = keyof Edited;
export const MEMBERS = [
	'name',
	'description',
	'source',
	'parameters',
	'document',
	'schedule',
	'recipients',
	'templates',
	'formats',
	'checks',
	'is_active'
] as const satisfies readonly Member[];

export const scheduleNew = (tz: string): ScheduleEdit => ({
	text: '',
	cron: null,
	tz,
	catchup: 'latest',
	overlap: 'skip',
	grace_s: 1800,
	jitter_s: 0,
	wait_for: null,
	wait_until: null,
	pause_after: 3
});

/** A report that has nothing yet. */
export const definitionNew = (tz: string): Edited => ({
	name: '',
	description: '',
	source: null,
	parameters: [],
	document: { charts: [], group_by: null },
	schedule: scheduleNew(tz),
	recipients: [],
	templates: { subject: '', intro: '', layout: 'full' },
	formats: ['pdf', 'xlsx'],
	checks: [],
	is_active: true
});

/** What of a report can be edited. */
export function editedOf(report: ReportOut, tz: string): Edited {
	return {
		name: report.name,
		description: report.description,
		source: report.source,
		parameters: report.parameters,
		document: report.document,
		schedule: scheduleOf(report, tz),
		recipients: report.recipients,
		templates: report.templates,
		formats: report.formats,
		checks: report.checks,
		is_active: report.is_active
	};
}

function scheduleOf({ schedule }: ReportOut, tz: string): ScheduleEdit {
	if (!schedule) return scheduleNew(tz);
	const { catchup, overlap, grace_s, jitter_s, wait_for, wait_until, pause_after } = schedule;
	return {
		text: whenLine(schedule.when, schedule.tz),
		cron: schedule.cron,
		tz: schedule.tz,
		catchup,
		overlap,
		grace_s,
		jitter_s,
		wait_for,
		wait_until,
		pause_after
	};
}

/** The schedule as it is sent; null: only by hand. */
export function sentSchedule({ text, cron, ...rest }: ScheduleEdit): ScheduleDraft | null {
	if (cron !== null) return { ...rest, cron };
	const asked = readWhen(text);
	if (asked.cron === null && asked.when === null) return null;
	const tz = asked.tz ?? rest.tz;
	return asked.cron !== null
		? { ...rest, tz, cron: asked.cron }
		: { ...rest, tz, when: asked.when };
}

/** What the server shows of a webhook's secret is not sent back. */
const sentRecipient = (recipient: Recipient): Recipient => {
	if (recipient.kind === 'user') return { kind: 'user', user_id: recipient.user_id };
	if (recipient.kind !== 'webhook') return recipient;
	const { has_secret: _shown, ...sent } = recipient;
	return sent;
};

/** These members as they are sent. */
export function sent(edited: Partial<Edited>): Partial<Definition> {
	const { schedule, recipients, source, ...rest } = edited;
	return {
		...rest,
		...(source ? { source } : {}),
		...(schedule ? { schedule: sentSchedule(schedule) } : {}),
		...(recipients ? { recipients: recipients.map(sentRecipient) } : {})
	};
}

/** The source as it can be tried: null while a statement has no word yet. */
export const written = (source: Source | null): Source | null =>
	source?.kind === 'sql' && source.sql.trim() === '' ? null : source;

/** The same value, whatever the order of its members. */
export const same = (a: unknown, b: unknown): boolean => plain(a) === plain(b);

const plain = (value: unknown): string =>
	JSON.stringify(value, (_, part: unknown) =>
		typeof part === 'object' && part !== null && !Array.isArray(part)
			? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a.localeCompare(b)))
			: (part ?? null)
	);
