import { describe, expect, it, vi } from 'vitest';
import type { StreamState } from './machine.ts';
import { SILENT_MS, StreamReader, type World } from './reader.ts';
import type { Frame } from './wire.ts';

const HELLO = 'id: 1.7\nevent: hello\ndata: {"cursor":"1.7","floor":"1.1"}\n\n';
const SYNC = 'event: sync\ndata: {}\n\n';

/** A connection that the test writes to. */
class Wire {
	#controller!: ReadableStreamDefaultController<Uint8Array>;
	readonly body = new ReadableStream<Uint8Array>({
		start: (controller) => void (this.#controller = controller)
	});
	constructor(
		readonly cursor: string | null,
		signal: AbortSignal
	) {
		signal.addEventListener('abort', () => this.#controller.error(new Error('aborted')));
	}
	write = (text: string) => this.#controller.enqueue(new TextEncoder().encode(text));
	end = () => this.#controller.close();
}

function set() {
	const wires: Wire[] = [];
	const frames: Frame[] = [];
	const states: StreamState[] = [];
	const timers: { act: () => void; ms: number; isOff: boolean }[] = [];
	const answers: (() => Response | Error)[] = [];
	const world: World = {
		open: async (cursor, signal) => {
			const answer = answers.shift()?.();
			if (answer instanceof Error) throw answer;
			if (answer) return answer;
			const wire = new Wire(cursor, signal);
			wires.push(wire);
			return new Response(wire.body);
		},
		renewLogin: vi.fn(async () => true),
		now: () => 5000,
		random: () => 1,
		setTimer: (act, ms) => timers[timers.push({ act, ms, isOff: false }) - 1],
		clearTimer: (timer) => {
			if (timer) (timer as { isOff: boolean }).isOff = true;
		}
	};
	const reader = new StreamReader(world, {
		onframe: (frame) => frames.push(frame),
		onstate: (state) => states.push(state)
	});
	/** Runs the timers of this length that are still on. */
	const ring = (isDue: (ms: number) => boolean) => {
		for (const timer of timers.filter(({ isOff, ms }) => !isOff && isDue(ms))) {
			timer.isOff = true;
			timer.act();
		}
	};
	const phase = () => states.at(-1)?.phase;
	return {
		wires,
		frames,
		states,
		answers,
		world,
		reader,
		ring,
		phase,
		kinds: () => frames.map(({ kind }) => kind)
	};
}

const pause = (ms: number) => ms < SILENT_MS;
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('reading for ever', () => {
	it('goes on from where the last connection ended', async () => {
		const { wires, reader, ring, phase } = set();
		reader.start('1.5');
		await settle();
		expect(wires[0]?.cursor).toBe('1.5');
		wires[0]?.write(HELLO + SYNC + 'id: 1.9\n\n');
		await settle();
		expect(phase()).toBe('live');
		wires[0]?.end();
		await settle();
		expect(phase()).toBe('catching-up');
		ring(pause);
		await settle();
		expect(wires[1]?.cursor).toBe('1.9');
		reader.stop();
	});

	it('is stale while nobody answers, and waits longer each time', async () => {
		const { answers, reader, ring, phase, states, wires } = set();
		const down = () => new Error('refused');
		answers.push(down, () => new Response('', { status: 503 }), down);
		reader.start(null);
		for (let attempt = 0; attempt < 3; attempt += 1) {
			await settle();
			expect(phase()).toBe('stale');
			ring(pause);
		}
		expect(states.at(-1)?.failures).toBe(3);
		await settle();
		wires[0]?.write(HELLO + SYNC);
		await settle();
		expect(phase()).toBe('live');
		reader.stop();
	});

	it('is stale after silence, and opens anew at once', async () => {
		const { wires, reader, ring, phase } = set();
		reader.start(null);
		await settle();
		wires[0]?.write(HELLO + SYNC);
		await settle();
		ring((ms) => ms === SILENT_MS);
		await settle();
		expect(phase()).toBe('stale');
		expect(wires[1]?.cursor).toBe('1.7');
		reader.stop();
	});

	it('a reset moves the cursor, is told in its place, and the stream goes on', async () => {
		const { wires, reader, ring, kinds } = set();
		reader.start('1.2');
		await settle();
		wires[0]?.write(HELLO + 'event: reset\ndata: {"reason":"rights_changed"}\n\n' + SYNC);
		wires[0]?.write('id: 2.4\nevent: reset\ndata: {"reason":"new_epoch"}\n\n');
		wires[0]?.end();
		await settle();
		expect(kinds()).toEqual(['hello', 'reset', 'sync', 'reset']);
		ring(pause);
		await settle();
		expect(wires[1]?.cursor).toBe('2.4');
		reader.stop();
	});

	it('comes back at once when bye says so', async () => {
		const { wires, reader } = set();
		reader.start(null);
		await settle();
		wires[0]?.write(HELLO + SYNC + 'retry: 0\nevent: bye\ndata: {"reason":"lifetime"}\n\n');
		wires[0]?.end();
		await settle();
		expect(wires).toHaveLength(2);
		reader.stop();
	});

	it('renews the login once, and ends when it is over', async () => {
		const { answers, reader, ring, phase, world, wires } = set();
		const denied = () => new Response('', { status: 401 });
		answers.push(denied, denied);
		reader.start(null);
		await settle();
		expect(world.renewLogin).toHaveBeenCalledTimes(1);
		world.renewLogin = async () => false;
		ring(pause);
		await settle();
		expect(phase()).toBe('signed-out');
		ring(pause);
		await settle();
		expect(wires).toHaveLength(0);
	});

	it('offline lets go of the connection, and comes back with the network', async () => {
		const { wires, reader, phase } = set();
		reader.start(null);
		await settle();
		wires[0]?.write(HELLO + SYNC);
		await settle();
		reader.network(false);
		await settle();
		expect(phase()).toBe('offline');
		expect(wires).toHaveLength(1);
		reader.network(true);
		await settle();
		expect(wires[1]?.cursor).toBe('1.7');
		reader.stop();
	});
});
