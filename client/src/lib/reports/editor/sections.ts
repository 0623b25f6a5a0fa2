import type { Member } from './definition.ts';

/** The parts of a definition, in the order in which it is made. */
export const SECTIONS = ['data', 'schedule', 'recipients', 'formats'] as const;
export type Section = (typeof SECTIONS)[number];

export const sectionNamed = (name: string | null): Section =>
	SECTIONS.find((section) => section === name) ?? 'data';

const PLACES: Partial<Record<Member, Section>> = {
	schedule: 'schedule',
	recipients: 'recipients',
	templates: 'recipients',
	formats: 'formats',
	checks: 'formats'
};

/** Where a member of the definition is edited. */
export const sectionOf = (member: Member): Section => PLACES[member] ?? 'data';
