import { expect, it } from 'vitest';
import { dayChoices } from './due_days.ts';

const days = (...day: [number, number, number]) =>
	dayChoices(new Date(...day, 23, 30)).map((c) => c.day);

it('offers days by the calendar, over the end of a month and a year', () => {
	expect(days(2026, 10, 20)).toEqual(['2026-11-20', '2026-11-21', '2026-11-23', '2026-12-04']);
	expect(days(2026, 11, 31)).toEqual(['2026-12-31', '2027-01-01', '2027-01-04', '2027-01-14']);
});

it('means the next Monday on a Monday and on a Sunday', () => {
	expect(days(2026, 10, 23)[2]).toBe('2026-11-30');
	expect(days(2026, 10, 22)[2]).toBe('2026-11-23');
});
