import { afterEach, describe, expect, it, vi } from 'vitest';
import { Outbox } from './outbox.svelte.ts';
import { Problem, unreachable } from './problem.ts';

const refusal = new Problem({ status: 409, code: 'illegal_transition', title: 'No' });
const intent = (lane: string, send: () => Promise<void>, onrefused = vi.fn()) => ({
	lane,
	subject: lane,
	words: 'Change',
	send,
	onrefused
});

describe('the outbox', () => {
	afterEach(() => vi.useRealTimers());

	it('sends one lane in order, another beside it', async () => {
		const outbox = new Outbox();
		const sent: string[] = [];
		let letGo = () => {};
		const first = outbox.push(
			intent('a', async () => {
				await new Promise<void>((resolve) => (letGo = resolve));
				sent.push('a1');
			})
		);
		const second = outbox.push(intent('a', async () => void sent.push('a2')));
		await outbox.push(intent('b', async () => void sent.push('b1')));
		expect(sent).toEqual(['b1']);
		letGo();
		await Promise.all([first, second]);
		expect(sent).toEqual(['b1', 'a1', 'a2']);
		expect(outbox.isEmpty).toBe(true);
	});

	it('a refusal is told, and what comes after goes out', async () => {
		const outbox = new Outbox();
		const onrefused = vi.fn();
		const next = vi.fn(async () => {});
		await outbox.push(intent('a', () => Promise.reject(refusal), onrefused));
		await outbox.push(intent('a', next));
		expect(onrefused).toHaveBeenCalledWith(refusal);
		expect(next).toHaveBeenCalledOnce();
	});

	it('waits while nobody answers, keeps the order, and goes on by itself', async () => {
		vi.useFakeTimers();
		const outbox = new Outbox();
		const sent: string[] = [];
		let isDown = true;
		const send = (name: string) => async () => {
			if (isDown) throw unreachable();
			sent.push(name);
		};
		const both = Promise.all([
			outbox.push(intent('a', send('1'))),
			outbox.push(intent('a', send('2')))
		]);
		await vi.advanceTimersByTimeAsync(2000);
		expect(outbox.waiting.map(({ subject }) => subject)).toEqual(['a', 'a']);
		isDown = false;
		await vi.advanceTimersByTimeAsync(30_000);
		await both;
		expect(sent).toEqual(['1', '2']);
		expect(outbox.waiting).toEqual([]);
	});

	it('can be told to try now', async () => {
		const outbox = new Outbox();
		let tries = 0;
		const done = outbox.push(
			intent('a', async () => {
				tries += 1;
				if (tries === 1) throw unreachable();
			})
		);
		await vi.waitFor(() => expect(outbox.waiting).toHaveLength(1));
		outbox.resume();
		await done;
		expect(tries).toBe(2);
	});
});
