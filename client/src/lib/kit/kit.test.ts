import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';
import { newKey } from './ids.ts';
import { keyLabel } from './platform.ts';
import { byteSize, initials } from './text.ts';
import { ago, clockTime, dayName, daysUntil, exact, lasted, shortDay, today } from './time.ts';

const now = new Date(2026, 10, 20, 9, 41, 30);
const at = (...parts: [number, number, number, number?, number?]) =>
	new Date(parts[0], parts[1], parts[2], parts[3] ?? 0, parts[4] ?? 0).toISOString();

describe('times', () => {
	it.each([
		[at(2026, 10, 20, 9, 41), 'now', '09:41'],
		[at(2026, 10, 20, 9, 35), '6 min', '09:35'],
		[at(2026, 10, 20, 7, 30), '2 h', '07:30'],
		[at(2026, 10, 19, 16, 21), '17 h', 'Thu 16:21'],
		[at(2026, 10, 18, 10, 4), 'Wed', 'Wed 10:04'],
		[at(2026, 9, 4, 14, 12), '4 Oct', '4 Oct 14:12'],
		[at(2025, 11, 4, 14, 12), '4 Dec 2025', '4 Dec 2025']
	])('%s is %s ago, %s by the clock', (time, age, clock) => {
		expect([ago(time, now), clockTime(time, now)]).toEqual([age, clock]);
	});

	it('a clock that runs behind makes nothing "-1 min"', () => {
		expect(ago(at(2026, 10, 20, 9, 45), now)).toBe('now');
	});

	it('exact says the day and the time', () => {
		expect(exact(at(2026, 10, 17, 14, 12), now, false)).toBe('Tue 17 Nov, 14:12');
		expect(exact(at(2026, 10, 17, 14, 12), now)).toMatch(/^Tue 17 Nov 2026, 14:12:00 /);
	});

	it('days are days of the calendar, across a change of the clocks', () => {
		expect([daysUntil('2026-11-20', now), daysUntil('2026-11-19', now)]).toEqual([0, -1]);
		fc.assert(
			fc.property(fc.integer({ min: -400, max: 400 }), (days) => {
				const day = today(new Date(2026, 10, 20 + days));
				expect(daysUntil(day, now)).toBe(days);
			})
		);
	});

	it('days by name', () => {
		expect([dayName('2026-11-24', now), shortDay('2026-12-04', now)]).toEqual([
			'Tue 24 Nov',
			'4 Dec'
		]);
		expect(shortDay('2027-01-04', now)).toBe('4 Jan 2027');
	});

	it('spans', () => {
		expect([lasted(0, 31 * 60_000), lasted(0, 3 * 3_600_000), lasted(0, 2.2 * 86_400_000)]).toEqual(
			['31 min', '3 h', '2 d']
		);
	});
});

describe('texts', () => {
	it('initials', () => {
		expect(['Mara Velling', 'Priya', 'Anna de la Cruz', '', '🦊 Fox'].map(initials)).toEqual([
			'MV',
			'P',
			'AC',
			'?',
			'🦊F'
		]);
	});

	it('sizes', () => {
		expect([88, 412_000, 1_940_000, 15_000_000].map(byteSize)).toEqual([
			'88 B',
			'412 KB',
			'1.9 MB',
			'15 MB'
		]);
	});

	it('keys by platform', () => {
		expect([keyLabel('mod+k', true), keyLabel('mod+enter', false), keyLabel('?', true)]).toEqual([
			'⌘K',
			'Ctrl ↵',
			'?'
		]);
	});
});

describe('chance', () => {
	it('a pause grows, is spread, and has an end', () => {
		fc.assert(
			fc.property(fc.nat(200), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, chance) => {
				const ms = backoffMs(attempt, () => chance);
				expect(ms).toBeGreaterThanOrEqual(125);
				expect(ms).toBeLessThanOrEqual(20_000);
			})
		);
		expect(backoffMs(3, () => 1)).toBeGreaterThan(backoffMs(2, () => 1));
	});

	it('keys are their own', () => {
		expect(new Set(Array.from({ length: 100 }, newKey)).size).toBe(100);
	});
});
