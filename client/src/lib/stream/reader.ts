import { backoffMs } from '#lib/kit/backoff.ts';
import { initial, step, type Input, type StreamState } from './machine.ts';
import { BlockCutter, frameOf, type Frame } from './wire.ts';

/** The server says something at least every 25 s, give or take its clock; three seconds more is silence. */
export const SILENT_MS = 28_000;

/** What the reader needs of the world; tests bring their own. */
export interface World {
	/** Opens the stream after `cursor` (null = from now). */
	open: (cursor: string | null, signal: AbortSignal) => Promise<Response>;
	/** Renews the login; false when it is over. */
	renewLogin: () => Promise<boolean>;
	now: () => number;
	random: () => number;
	setTimer: (act: () => void, ms: number) => unknown;
	clearTimer: (timer: unknown) => void;
}

export interface Heard {
	onframe: (frame: Frame) => void;
	onstate: (state: StreamState) => void;
}

/**
 * Reads the stream for ever: one connection after another, from where the last one ended, with a growing and
 * jittered pause while nobody answers. Only a login that is over, or `stop`, ends it.
 */
export class StreamReader {
	#world: World;
	#heard: Heard;
	#state: StreamState = initial;
	#cursor: string | null = null;
	#isStopped = true;
	#connection: AbortController | null = null;
	#wake: (() => void) | null = null;
	#silence: unknown = null;

	constructor(world: World, heard: Heard) {
		this.#world = world;
		this.#heard = heard;
	}

	get cursor(): string | null {
		return this.#cursor;
	}

	get state(): StreamState {
		return this.#state;
	}

	/** Starts after `cursor`; null = from now. A running reader goes on as it is. */
	start(cursor: string | null): void {
		if (!this.#isStopped) return;
		this.#isStopped = false;
		this.#cursor = cursor;
		this.#state = initial;
		void this.#run();
	}

	stop(): void {
		this.#isStopped = true;
		this.#connection?.abort();
		this.#wake?.();
	}

	/** Tries now instead of waiting; a connection that stands is left alone unless it is silent. */
	hurry(): void {
		if (this.#state.phase === 'stale') this.#connection?.abort();
		this.#wake?.();
	}

	/** The network went or came back, as the browser says. */
	network(online: boolean): void {
		this.#step({ kind: 'network', online });
		if (!online) this.#connection?.abort();
		this.#wake?.();
	}

	#step(input: Input): void {
		const before = this.#state;
		this.#state = step(before, input);
		const isSame =
			before.phase === this.#state.phase &&
			before.replayed === this.#state.replayed &&
			before.failures === this.#state.failures &&
			input.kind === 'heard';
		if (!isSame) this.#heard.onstate(this.#state);
	}

	async #run(): Promise<void> {
		while (!this.#isStopped) {
			if (this.#state.phase === 'offline') {
				await this.#pause(null);
				continue;
			}
			const pauseMs = await this.#connect();
			if (this.#state.phase === 'signed-out') this.#isStopped = true;
			if (!this.#isStopped && pauseMs > 0) await this.#pause(pauseMs);
		}
	}

	/** One connection from its opening to its end; returns how long to wait before the next. */
	async #connect(): Promise<number> {
		const connection = new AbortController();
		this.#connection = connection;
		this.#watchSilence(connection);
		try {
			const answer = await this.#world.open(this.#cursor, connection.signal);
			if (answer.status === 401) return await this.#login();
			if (!answer.ok || !answer.body) throw new Error(`stream answered ${answer.status}`);
			return await this.#read(answer.body, connection);
		} catch {
			if (this.#isStopped || this.#state.phase === 'offline') return 0;
			const wasSilent = connection.signal.aborted;
			if (!wasSilent) this.#step({ kind: 'failed' });
			return wasSilent ? 0 : backoffMs(this.#state.failures - 1, this.#world.random);
		} finally {
			this.#world.clearTimer(this.#silence);
			connection.abort();
		}
	}

	async #login(): Promise<number> {
		if (await this.#world.renewLogin()) return 1;
		this.#step({ kind: 'signed-out' });
		return 0;
	}

	async #read(body: ReadableStream<Uint8Array>, connection: AbortController): Promise<number> {
		const cutter = new BlockCutter();
		const text = new TextDecoder();
		const reader = body.getReader();
		let toldMs: number | null = null;
		for (;;) {
			const { done, value } = await reader.read();
			if (done) break;
			this.#watchSilence(connection);
			this.#step({ kind: 'heard', at: this.#world.now() });
			for (const block of cutter.feed(text.decode(value, { stream: true }))) {
				const frame = frameOf(block);
				if (frame.kind === 'bye') toldMs = frame.retryMs;
				this.#take(frame);
			}
		}
		this.#step({ kind: 'closed' });
		return toldMs ?? backoffMs(this.#state.failures, this.#world.random);
	}

	#take(frame: Frame): void {
		const at = this.#world.now();
		if (frame.cursor) this.#cursor = frame.cursor;
		if (frame.kind === 'hello' || frame.kind === 'sync') this.#step({ kind: frame.kind, at });
		if (frame.kind === 'event') this.#step({ kind: 'event', at });
		if (frame.kind !== 'beat' && frame.kind !== 'bye') this.#heard.onframe(frame);
	}

	#watchSilence(connection: AbortController): void {
		this.#world.clearTimer(this.#silence);
		this.#silence = this.#world.setTimer(() => {
			this.#step({ kind: 'silent' });
			connection.abort();
		}, SILENT_MS);
	}

	/** Waits, at most `ms`; null = until something happens. */
	#pause(ms: number | null): Promise<void> {
		return new Promise((resolve) => {
			const timer = ms === null ? null : this.#world.setTimer(() => this.#wake?.(), ms);
			this.#wake = () => {
				if (timer !== null) this.#world.clearTimer(timer);
				this.#wake = null;
				resolve();
			};
			if (this.#isStopped) this.#wake();
		});
	}
}

/** The real world, in a tab or a worker. */
export function browserWorld(renewLogin: () => Promise<boolean>): World {
	return {
		open: (cursor, signal) =>
			fetch(cursor === null ? '/api/events' : `/api/events?after=${encodeURIComponent(cursor)}`, {
				credentials: 'same-origin',
				cache: 'no-store',
				headers: { Accept: 'text/event-stream' },
				signal
			}),
		renewLogin,
		now: Date.now,
		random: Math.random,
		setTimer: (act, ms) => setTimeout(act, ms),
		clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>)
	};
}
