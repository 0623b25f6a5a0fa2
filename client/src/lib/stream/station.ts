import type { ToReader, ToTab } from './messages.ts';
import { browserWorld, StreamReader } from './reader.ts';

/** The one reader of a browser, with what the tabs may ask of it. Lives in a SharedWorker or in the leading tab. */
export class Station {
	#reader: StreamReader | null = null;
	#session = '';
	#tell: (message: ToTab) => void;
	#renewLogin: () => Promise<boolean>;

	constructor(tell: (message: ToTab) => void, renewLogin: () => Promise<boolean>) {
		this.#tell = tell;
		this.#renewLogin = renewLogin;
	}

	get cursor(): string | null {
		return this.#reader?.cursor ?? null;
	}

	take(message: ToReader): void {
		switch (message.kind) {
			case 'start':
				return this.#start(message.session, message.cursor);
			case 'network':
				return this.#reader?.network(message.online);
			case 'hurry':
				return this.#reader?.hurry();
			case 'stop':
				return this.stop();
		}
	}

	stop(): void {
		this.#reader?.stop();
		this.#reader = null;
		this.#session = '';
	}

	#start(session: string, cursor: string | null): void {
		const isOver = this.#reader?.state.phase === 'signed-out';
		if (this.#reader && this.#session === session && !isOver) {
			this.#tell({ kind: 'state', session, state: this.#reader.state });
			return;
		}
		this.stop();
		this.#session = session;
		this.#reader = new StreamReader(browserWorld(this.#renewLogin), {
			onframe: (frame) => this.#tell({ kind: 'frame', session, frame }),
			onstate: (state) => this.#tell({ kind: 'state', session, state })
		});
		this.#reader.start(cursor);
	}
}
