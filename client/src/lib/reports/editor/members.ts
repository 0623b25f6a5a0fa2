import { m } from '#lib/paraglide/messages.js';
import type { Edited, Member } from './definition.ts';

/** What a member of a definition is called. */
export const memberWord: Record<Member, () => string> = {
	name: m.reports_name,
	description: m.reports_description,
	source: m.reports_data,
	parameters: m.reports_parameters,
	document: m.reports_charts,
	schedule: m.reports_schedule,
	recipients: m.reports_recipients,
	templates: m.reports_mail,
	formats: m.reports_formats,
	checks: m.reports_checks,
	is_active: m.reports_active
};

/** A member in words that two people can compare. */
export function memberText(
	edited: Edited,
	member: Member,
	nameOf: (one: Edited['recipients'][number]) => string
): string {
	switch (member) {
		case 'name':
		case 'description':
			return edited[member];
		case 'formats':
			return edited.formats.map((format) => format.toUpperCase()).join(', ');
		case 'recipients':
			return edited.recipients.map(nameOf).join('\n');
		case 'schedule': {
			const { text, catchup, overlap, grace_s } = edited.schedule;
			return [text || m.reports_only_by_hand(), catchup, `${grace_s} s`, overlap].join('\n');
		}
		case 'templates':
			return [edited.templates.subject, edited.templates.intro].filter(Boolean).join('\n');
		case 'source': {
			const { source } = edited;
			if (source?.kind === 'sql') return source.sql;
			return source ? listed(source) : '';
		}
		case 'is_active':
			return edited.is_active ? m.reports_active() : m.reports_off();
		default:
			return JSON.stringify(edited[member], null, 1);
	}
}

/** One line for each member that says something. */
const listed = (record: object): string =>
	Object.entries(record)
		.filter(([name, value]) => name !== 'kind' && String(value) !== '')
		.map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`)
		.join('\n');
