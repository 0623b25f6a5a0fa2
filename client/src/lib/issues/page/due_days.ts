import { today } from '#lib/kit/time.ts';
import { m } from '#lib/paraglide/messages.js';

export interface DayChoice {
	label: string;
	day: string;
}

/** The days that are chosen most, from the reader's today. */
export function dayChoices(now: Date): DayChoice[] {
	const after = (days: number) =>
		today(new Date(now.getFullYear(), now.getMonth(), now.getDate() + days));
	const toMonday = (8 - now.getDay()) % 7 || 7;
	return [
		{ label: m.issue_due_today(), day: after(0) },
		{ label: m.issue_due_tomorrow(), day: after(1) },
		{ label: m.issue_due_monday(), day: after(toMonday) },
		{ label: m.issue_due_two_weeks(), day: after(14) }
	];
}
