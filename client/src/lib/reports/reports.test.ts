import { describe, expect, it } from 'vitest';
import { actOf, eventNumber, merged, parted, tallyOf, tookMs } from './ledger.ts';
import { hrefOf, placeOf } from './place.ts';
import { reportOf, runOf } from './testing.ts';
import { briefly, nextWords, signOf, tookText, whenWords, whyWords } from './words.ts';
import { clockThere, dateThere, dayThere, offsetThere, soonThere, spanUntil } from './zone.ts';

const NOW = new Date('2026-11-20T09:41:00Z');
const BERLIN = 'Europe/Berlin';
const today = (time: string) => `today ${time}`;

describe('times of slots', () => {
	it('are those of the zone of the schedule', () => {
		const slot = new Date('2026-11-22T23:30:00Z');
		expect(clockThere(slot, BERLIN)).toBe('00:30');
		expect(dateThere(slot, BERLIN, NOW)).toBe('Mon 23 Nov');
		expect(dayThere(slot, 'America/New_York')).toBe('2026-11-22');
		expect(dateThere(new Date('2025-01-01T12:00:00Z'), BERLIN, NOW)).toBe('1 Jan 2025');
	});

	it('are said as briefly as they are clear', () => {
		const said = (at: string) => soonThere(new Date(at), BERLIN, NOW, today);
		expect(said('2026-11-20T10:00:00Z')).toBe('11:00');
		expect(said('2026-11-20T16:00:00Z')).toBe('today 17:00');
		expect(said('2026-11-23T07:00:00Z')).toBe('Mon 08:00');
		expect(said('2026-12-01T05:00:00Z')).toBe('1 Dec 06:00');
		expect(spanUntil(new Date('2026-11-23T07:00:00Z'), NOW)).toEqual({ n: 3, unit: 'd' });
		expect(spanUntil(new Date('2026-11-20T10:00:00Z'), NOW)).toEqual({ n: 19, unit: 'min' });
	});

	it('know whether the clock there is put forward', () => {
		expect(offsetThere(BERLIN, NOW)).toEqual({ offset: 'GMT+1', hasSummerTime: true });
		expect(offsetThere('Asia/Tokyo', NOW)).toEqual({ offset: 'GMT+9', hasSummerTime: false });
	});
});

describe('the words of the list', () => {
	it('say a schedule shortly', () => {
		expect(briefly('every weekday at 08:00')).toBe('Weekdays 08:00');
		expect(briefly('every Monday at 06:00')).toBe('Mondays 06:00');
		expect(briefly('every day at 07:30')).toBe('Daily 07:30');
		expect(briefly('every Monday and Friday at 06:00')).toBe('Every Monday and Friday 06:00');
		expect(briefly('every hour')).toBe('Every hour');
		expect(whenWords(reportOf({ schedule: null, last_run: null }), NOW)).toBe('By Mara');
	});

	it('say what comes next, or why nothing does', () => {
		const { schedule } = reportOf();
		const said = (over: object) => nextWords(reportOf(over), NOW);
		expect(said({})).toEqual({ text: 'next Mon 08:00', isWarning: false });
		expect(said({ schedule: null }).text).toBe('Only by hand');
		const paused_at = '2026-11-01T00:00:00Z';
		expect(said({ schedule: { ...schedule, paused_at, failure_streak: 3 } })).toEqual({
			text: 'Paused, 3 failures',
			isWarning: true
		});
		expect(said({ schedule: { ...schedule, paused_at } })).toEqual({
			text: 'Paused',
			isWarning: false
		});
		expect(said({ is_active: false }).text).toBe('Off');
	});
});

describe('the ledger', () => {
	const slots = [
		runOf({ id: 5, scheduled_for: '2026-11-20T07:00:00Z' }),
		runOf({ id: 4, scheduled_for: '2026-11-19T07:00:00Z', status: 'PARTIAL', reason: 'full' }),
		runOf({ id: 3, scheduled_for: '2026-11-18T07:00:00Z', status: 'MISSED', reason: 'off' })
	];
	const byHand = runOf({
		id: 9,
		scheduled_for: null,
		created_at: '2026-11-19T12:00:00Z',
		trigger: 'manual'
	});
	const running = runOf({ id: 10, scheduled_for: null, status: 'RUNNING' });

	it('has one row for each slot, newest first, and what runs apart', () => {
		const { active, rows } = parted([...slots, byHand, running].reverse());
		expect(active.map(({ id }) => id)).toEqual([10]);
		expect(rows.map(({ id }) => id)).toEqual([5, 9, 4, 3]);
	});

	it('counts slots, and tells when one of them has neither a sending nor a reason', () => {
		expect(tallyOf([...slots, byHand])).toEqual({
			slots: 3,
			since: '2026-11-18T07:00:00Z',
			sent: 1,
			withReason: 2,
			silent: 0
		});
		const silent = runOf({ id: 2, scheduled_for: '2026-11-17T07:00:00Z', status: 'SKIPPED' });
		expect(tallyOf([...slots, silent]).silent).toBe(1);
		expect(tallyOf([byHand])).toMatchObject({ slots: 0, since: null });
	});

	it('keeps the newer of two words about a run', () => {
		const held = merged(new Map(), [runOf({ id: 1, version: 3, status: 'SUCCESS' })]);
		const late = merged(held, [runOf({ id: 1, version: 2, status: 'RUNNING' })]);
		expect(late.get(1)?.status).toBe('SUCCESS');
	});

	it('offers what helps', () => {
		expect(
			(['SUCCESS', 'PARTIAL', 'FAILED', 'MISSED', 'SKIPPED', 'CANCELLED'] as const).map((status) =>
				actOf(runOf({ status }))
			)
		).toEqual(['receipt', 'receipt', 'retry', 'run', 'run', 'run']);
	});

	it('says why under a row, and who began what no slot did', () => {
		const why = (over: object) => whyWords(runOf(over), BERLIN, NOW);
		expect(why({})).toBeNull();
		expect(why({ status: 'MISSED', reason: 'Server was off' })).toBe('Server was off');
		expect(
			why({ trigger: 'manual', requested_by: { id: 1, name: 'Mara Velling' }, status: 'SUCCESS' })
		).toBe('By hand, Mara Velling');
		expect(
			why({ status: 'PARTIAL', reason: 'Mailbox is full.', next_try_at: '2026-11-20T10:15:00Z' })
		).toBe('Mailbox is full. Next try 11:15');
	});

	it('knows how long it took, and up to which event', () => {
		const run = runOf({ started_at: '2026-11-20T07:00:00Z', finished_at: '2026-11-20T07:01:05Z' });
		expect(tookText(tookMs(run) ?? 0)).toBe('1 min 5 s');
		expect(tookText(1800)).toBe('1.8 s');
		expect([eventNumber('1.47902'), eventNumber(null), eventNumber('x.y')]).toEqual([
			47902,
			null,
			null
		]);
		expect([signOf('DELIVERING'), signOf('PARTIAL')]).toEqual(['running', 'partial']);
	});
});

describe('the address', () => {
	it('says what is open, and nothing that is not so', () => {
		const place = placeOf('12', new URLSearchParams('run=7&edit=schedule'));
		expect(place).toEqual({ id: 12, run: 7, edit: 'schedule' });
		expect(hrefOf(place)).toBe('/reports/12?run=7&edit=schedule');
		expect(placeOf('abc', new URLSearchParams('run=-1'))).toEqual({
			id: null,
			run: null,
			edit: null
		});
		expect(hrefOf({ id: null })).toBe('/reports');
	});
});
