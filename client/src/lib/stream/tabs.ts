import { renewLogin } from '#lib/api/transport.ts';
import type { ToReader, ToTab } from './messages.ts';
import { Station } from './station.ts';

/** A way to the one stream of this browser. */
export interface Line {
	send: (message: ToReader) => void;
	close: () => void;
}

const NAME = 'trackly-stream';

/** One stream per browser: a SharedWorker, else the tab that holds the lock reads for all, else this tab alone. */
export function openLine(onmessage: (message: ToTab) => void): Line {
	if (typeof SharedWorker !== 'undefined') return workerLine(onmessage);
	if ('locks' in navigator && typeof BroadcastChannel !== 'undefined') return leaderLine(onmessage);
	return loneLine(onmessage);
}

function workerLine(onmessage: (message: ToTab) => void): Line {
	const worker = new SharedWorker(new URL('./worker.ts', import.meta.url), {
		type: 'module',
		name: NAME
	});
	worker.port.onmessage = ({ data }: MessageEvent<ToTab>) => onmessage(data);
	const post = (message: ToReader) => worker.port.postMessage(message);
	// A page kept for the back button stays on the line; what is said meanwhile waits for it.
	const leave = (event?: PageTransitionEvent) => !event?.persisted && post({ kind: 'leave' });
	addEventListener('pagehide', leave);
	return {
		send: post,
		close: () => {
			removeEventListener('pagehide', leave);
			leave();
			worker.port.close();
		}
	};
}

/** Web Locks choose the leader: who gets the lock reads, and tells the others by BroadcastChannel until it closes. */
function leaderLine(onmessage: (message: ToTab) => void): Line {
	const down = new BroadcastChannel(`${NAME}-down`);
	const up = new BroadcastChannel(`${NAME}-up`);
	const end = new AbortController();
	let station: Station | null = null;
	let started: Extract<ToReader, { kind: 'start' }> | null = null;

	/** What the leader said last: where to go on when it dies. */
	function hear(message: ToTab): void {
		if (message.kind === 'frame' && started && message.frame.cursor)
			started = { ...started, cursor: message.frame.cursor };
		onmessage(message);
	}
	function tell(message: ToTab): void {
		down.postMessage(message);
		hear(message);
	}
	down.onmessage = ({ data }: MessageEvent<ToTab>) => hear(data);
	up.onmessage = ({ data }: MessageEvent<ToReader>) => station?.take(data);

	navigator.locks
		.request(NAME, { signal: end.signal }, async () => {
			station = new Station(tell, renewLogin);
			if (started) station.take(started);
			await new Promise((resolve) => end.signal.addEventListener('abort', resolve));
			station.stop();
		})
		.catch(() => undefined);

	return {
		send: (message) => {
			if (message.kind === 'start') started = message;
			if (message.kind === 'stop') started = null;
			if (station) station.take(message);
			else up.postMessage(message);
		},
		close: () => {
			end.abort();
			down.close();
			up.close();
		}
	};
}

function loneLine(onmessage: (message: ToTab) => void): Line {
	const station = new Station(onmessage, renewLogin);
	return { send: (message) => station.take(message), close: () => station.stop() };
}
