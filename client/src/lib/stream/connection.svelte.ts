import type { TracklyEvent } from './events.ts';
import { initial, type Phase, type StreamState } from './machine.ts';
import type { ToTab } from './messages.ts';
import { openLine, type Line } from './tabs.ts';

export interface StreamListener {
	/** Each event, in order. `isLive` is false while it is replayed. */
	onevent?: (event: TracklyEvent, isLive: boolean) => void;
	/** What is on the screen may have a gap: fetch it anew. */
	onreset?: (reason: string) => void;
	/** No longer the reader's to see, e.g. `TRK-12`. */
	onforget?: (entities: readonly string[]) => void;
	onsignedout?: () => void;
}

/** The stream as this tab sees it: the live mark's truth, and events for whoever listens. */
class Connection {
	#state = $state.raw<StreamState>(initial);
	#listeners = new Set<StreamListener>();
	#line: Line | null = null;
	#session = '';
	#greeted: (() => void) | null = null;
	/** The cursor of the last frame: "as of event …". */
	cursor = $state.raw<string | null>(null);

	get phase(): Phase {
		return this.#state.phase;
	}

	get isLive(): boolean {
		return this.#state.phase === 'live';
	}

	/** When the server was last heard; null = not yet. */
	get heardAt(): Date | null {
		return this.#state.heardAt === null ? null : new Date(this.#state.heardAt);
	}

	get replayed(): number {
		return this.#state.replayed;
	}

	/** Joins the browser's stream. Before `start`, so that no frame between the two is missed. */
	join(): void {
		if (this.#line) return;
		this.#line = openLine((message) => this.#take(message));
		addEventListener('online', this.#network);
		addEventListener('offline', this.#network);
	}

	/**
	 * Starts reading for this login. With the cursor of an answer read earlier there is no gap; without one the
	 * stream starts now, and the promise waits until it stands, so that what is fetched later has no gap either.
	 */
	async start(session: string, cursor: string | null): Promise<void> {
		this.join();
		this.#session = session;
		this.#state = initial;
		this.#line?.send({ kind: 'start', session, cursor });
		if (!navigator.onLine) this.#network();
		if (cursor !== null) return;
		await new Promise<void>((resolve) => {
			this.#greeted = resolve;
			setTimeout(resolve, 1000);
		});
	}

	/** This login ended. */
	stop(): void {
		this.#session = '';
		this.#line?.send({ kind: 'stop' });
	}

	/** Tries again at once. */
	hurry(): void {
		this.#line?.send({ kind: 'hurry' });
	}

	/** Listens until the returned function is called. */
	listen(listener: StreamListener): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	#network = (): void => this.#line?.send({ kind: 'network', online: navigator.onLine });

	#take(message: ToTab): void {
		if (message.session !== this.#session) return;
		if (message.kind === 'state') return this.#become(message.state);
		const { frame } = message;
		if (frame.cursor) this.cursor = frame.cursor;
		if (frame.kind === 'hello' || frame.kind === 'sync') this.#greeted?.();
		for (const listener of this.#listeners) {
			if (frame.kind === 'event') listener.onevent?.(frame.event, this.isLive);
			else if (frame.kind === 'reset') listener.onreset?.(frame.reason);
			else if (frame.kind === 'forget') listener.onforget?.(frame.entities);
		}
	}

	#become(state: StreamState): void {
		this.#state = state;
		if (state.phase !== 'signed-out') return;
		for (const listener of this.#listeners) listener.onsignedout?.();
	}
}

export const stream = new Connection();
