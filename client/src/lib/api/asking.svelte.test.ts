import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Asking } from './asking.svelte.ts';
import { Attempt } from './attempt.svelte.ts';
import { Problem } from './problem.ts';

const refused = (status: number) => new Problem({ status, code: 'x', title: 'no' });

describe('what is asked', () => {
	beforeEach(() => void vi.useFakeTimers());
	afterEach(() => void vi.useRealTimers());

	it('is answered, and the answer stays when the next one is refused', async () => {
		const asking = new Asking<string>();
		expect(await asking.pose(async () => 'one')).toBe(true);
		const again = asking.pose(() => Promise.reject(refused(422)));
		expect([asking.isAsking, asking.answer, asking.problem]).toEqual([true, 'one', null]);
		expect(await again).toBe(true);
		expect([asking.isAsking, asking.answer, asking.problem?.status]).toEqual([false, 'one', 422]);
		await asking.pose(async () => 'two');
		expect([asking.answer, asking.problem]).toEqual(['two', null]);
	});

	it('is not heard any more once something else is asked, however late it is answered', async () => {
		const asking = new Asking<string>();
		let late: (answer: string) => void = () => undefined;
		const first = asking.pose(() => new Promise((resolve) => (late = resolve)));
		const second = asking.pose(async () => 'second');
		late('first');
		expect([await first, await second]).toEqual([false, true]);
		expect(asking.answer).toBe('second');
		asking.forget();
		expect([asking.answer, asking.isAsking]).toEqual([null, false]);
	});

	it('waits until the typing pauses, and is never sent when it was given up before', async () => {
		const asking = new Asking<string>();
		const sent: string[] = [];
		const say = (text: string) => async () => {
			sent.push(text);
			return text;
		};
		asking.poseIn(200, say('a'))();
		expect(asking.isAsking).toBe(false);
		asking.poseIn(200, say('ab'));
		expect(asking.isAsking).toBe(true);
		await vi.advanceTimersByTimeAsync(199);
		expect(sent).toEqual([]);
		await vi.advanceTimersByTimeAsync(1);
		expect([sent, asking.answer]).toEqual([['ab'], 'ab']);
	});
});

describe('what a form does', () => {
	it('has a key of its own, kept while nobody answered, another one after an answer', async () => {
		const attempt = new Attempt();
		const keys: string[] = [];
		const failing = (status: number) => (key: string) => {
			keys.push(key);
			return Promise.reject(refused(status));
		};
		for (const status of [0, 503, 422, 422]) expect(await attempt.run(failing(status))).toBe(false);
		expect(attempt.problem?.status).toBe(422);
		expect(await attempt.run(async (key) => keys.push(key))).toBe(true);
		expect(attempt.problem).toBeNull();
		const [lost, busy, refusedOnce, refusedTwice, done] = keys;
		expect([busy, refusedOnce]).toEqual([lost, lost]);
		expect(new Set([lost, refusedTwice, done]).size).toBe(3);
	});

	it('is done once at a time', async () => {
		const attempt = new Attempt();
		let end: () => void = () => undefined;
		const first = attempt.run(() => new Promise<void>((resolve) => (end = resolve)));
		expect(attempt.isBusy).toBe(true);
		expect(await attempt.run(async () => undefined)).toBe(false);
		end();
		expect([await first, attempt.isBusy]).toEqual([true, false]);
	});
});

it('a refusal says besides what none of the fields says', () => {
	const errors = [{ field: 'name', message: 'is taken' }];
	const problem = new Problem({ status: 422, code: 'x', title: 'wrong', errors });
	expect(problem.besides(['name', 'key'])).toBeNull();
	expect(problem.besides(['key'])).toBe('wrong');
});
