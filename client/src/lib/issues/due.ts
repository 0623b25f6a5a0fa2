import { dayName, daysUntil, shortDay } from '#lib/kit/time.ts';
import { m } from '#lib/paraglide/messages.js';

export type DueState = 'overdue' | 'today' | 'soon' | 'later' | 'met' | 'late';

const SOON_DAYS = 7;

/** How a due date stands. Done in time is met; done after it is late. */
export function dueState(dueOn: string, now: Date, doneAt: string | null): DueState {
	if (doneAt !== null) return daysUntil(dueOn, new Date(doneAt)) >= 0 ? 'met' : 'late';
	const days = daysUntil(dueOn, now);
	if (days < 0) return 'overdue';
	if (days === 0) return 'today';
	return days <= SOON_DAYS ? 'soon' : 'later';
}

/** Today · Tue 24 Nov · 4 Dec · Met · 1 d late */
export function dueWord(dueOn: string, now: Date, doneAt: string | null): string {
	switch (dueState(dueOn, now, doneAt)) {
		case 'today':
			return m.due_today();
		case 'met':
			return m.due_met();
		case 'late':
			return m.due_late({ days: -daysUntil(dueOn, new Date(doneAt ?? now)) });
		case 'later':
			return shortDay(dueOn, now);
		default:
			return dayName(dueOn, now);
	}
}
