import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initial, step, type Input, type StreamState } from './machine.ts';

const run = (...inputs: Input[]): StreamState => inputs.reduce(step, initial);
const at = 1000;

describe('the truth about the stream', () => {
	it('is not live before the server has said so', () => {
		expect(initial.phase).toBe('catching-up');
		expect(run({ kind: 'hello', at }).phase).toBe('catching-up');
		expect(run({ kind: 'hello', at }, { kind: 'sync', at }).phase).toBe('live');
	});

	it('counts what is replayed, and forgets it once live', () => {
		const behind = run({ kind: 'hello', at }, { kind: 'event', at }, { kind: 'event', at });
		expect(behind.replayed).toBe(2);
		expect(step(behind, { kind: 'sync', at }).replayed).toBe(0);
	});

	it('an end is no alarm, a failure is', () => {
		const live = run({ kind: 'hello', at }, { kind: 'sync', at });
		const ended = step(live, { kind: 'closed' });
		expect(ended.phase).toBe('catching-up');
		expect(step(ended, { kind: 'failed' })).toMatchObject({
			phase: 'stale',
			failures: 1,
			heardAt: at
		});
	});

	it('stale stays stale until the server speaks again', () => {
		const stale = run({ kind: 'sync', at }, { kind: 'silent' });
		expect(step(stale, { kind: 'closed' }).phase).toBe('stale');
		expect(step(stale, { kind: 'hello', at: 2000 })).toMatchObject({
			phase: 'catching-up',
			failures: 0
		});
	});

	it('offline ignores everything but the network', () => {
		const offline = run({ kind: 'sync', at }, { kind: 'network', online: false });
		expect(step(offline, { kind: 'failed' })).toBe(offline);
		expect(step(offline, { kind: 'network', online: true }).phase).toBe('catching-up');
	});

	const input: fc.Arbitrary<Input> = fc.oneof(
		fc.record({ kind: fc.constantFrom('heard', 'hello', 'sync', 'event'), at: fc.nat() }),
		fc.record({ kind: fc.constantFrom('closed', 'failed', 'silent') }),
		fc.record({ kind: fc.constant('network'), online: fc.boolean() })
	) as fc.Arbitrary<Input>;

	it('is live only if the last word on it was sync', () => {
		fc.assert(
			fc.property(fc.array(input), (inputs) => {
				const last = inputs.findLast(({ kind }) => kind !== 'heard' && kind !== 'event');
				if (run(...inputs).phase === 'live') expect(['sync', 'network']).toContain(last?.kind);
			})
		);
	});

	it('a login that is over is over', () => {
		fc.assert(
			fc.property(fc.array(input), (inputs) => {
				expect(run({ kind: 'signed-out' }, ...inputs).phase).toBe('signed-out');
			})
		);
	});
});
