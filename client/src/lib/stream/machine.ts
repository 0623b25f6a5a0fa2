/**
 * The truth about the stream, as a pure state machine.
 *
 *   catching-up ──sync──▶ live ──closed──▶ catching-up ──failed──▶ stale ──hello──▶ catching-up
 *   any ──silent──▶ stale        any ──network lost──▶ offline ──network back──▶ catching-up
 */
export type Phase = 'catching-up' | 'live' | 'stale' | 'offline' | 'signed-out';

export interface StreamState {
	phase: Phase;
	/** When the server was last heard (ms since 1970); null = never. */
	heardAt: number | null;
	/** Events replayed since the connection opened; 0 when live. */
	replayed: number;
	/** Failed attempts in a row. */
	failures: number;
}

export type Input =
	| { kind: 'heard'; at: number }
	| { kind: 'hello'; at: number }
	| { kind: 'sync'; at: number }
	| { kind: 'event'; at: number }
	/** It ended, as it does from time to time. */
	| { kind: 'closed' }
	/** It could not be opened, or broke. */
	| { kind: 'failed' }
	/** Nothing for too long. */
	| { kind: 'silent' }
	| { kind: 'network'; online: boolean }
	| { kind: 'signed-out' };

export const initial: StreamState = {
	phase: 'catching-up',
	heardAt: null,
	replayed: 0,
	failures: 0
};

export function step(state: StreamState, input: Input): StreamState {
	if (input.kind === 'signed-out') return { ...state, phase: 'signed-out' };
	if (input.kind === 'network') return network(state, input.online);
	if (state.phase === 'signed-out' || state.phase === 'offline') return state;
	switch (input.kind) {
		case 'hello':
			return { phase: 'catching-up', heardAt: input.at, replayed: 0, failures: 0 };
		case 'sync':
			return { phase: 'live', heardAt: input.at, replayed: 0, failures: 0 };
		case 'event':
			return {
				...state,
				heardAt: input.at,
				replayed: state.phase === 'live' ? 0 : state.replayed + 1
			};
		case 'heard':
			return { ...state, heardAt: input.at };
		case 'closed':
			return { ...state, phase: state.phase === 'stale' ? 'stale' : 'catching-up' };
		case 'failed':
			return { ...state, phase: 'stale', failures: state.failures + 1 };
		case 'silent':
			return { ...state, phase: 'stale' };
	}
}

function network(state: StreamState, online: boolean): StreamState {
	if (state.phase === 'signed-out') return state;
	if (!online) return { ...state, phase: 'offline' };
	return state.phase === 'offline' ? { ...state, phase: 'catching-up', failures: 0 } : state;
}
