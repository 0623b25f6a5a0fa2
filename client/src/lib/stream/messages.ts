import type { StreamState } from './machine.ts';
import type { Frame } from './wire.ts';

/** From a tab to whoever reads the stream for this browser. */
export type ToReader =
	/** I am here for this login; read after `cursor` if nobody does yet. */
	| { kind: 'start'; session: string; cursor: string | null }
	| { kind: 'network'; online: boolean }
	| { kind: 'hurry' }
	| { kind: 'leave' }
	/** This login ended: read no more. */
	| { kind: 'stop' };

/** From whoever reads to every tab. */
export type ToTab =
	| { kind: 'frame'; session: string; frame: Frame }
	| { kind: 'state'; session: string; state: StreamState };
