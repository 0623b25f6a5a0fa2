import { narrow, type TracklyEvent } from './events.ts';

/** One block of a `text/event-stream`, as it was written. */
export interface Block {
	id: string | null;
	event: string;
	data: string;
	retryMs: number | null;
}

/** What a block means. `cursor`: where the reader is after it; null = unchanged. */
export type Frame = { cursor: string | null } & (
	| { kind: 'event'; event: TracklyEvent }
	| { kind: 'hello' }
	| { kind: 'sync' }
	/** What is held is no base to build on any more: fetch anew. The stream goes on after `cursor`. */
	| { kind: 'reset'; reason: string }
	/** No longer the reader's to see, e.g. `TRK-12`. */
	| { kind: 'forget'; entities: string[] }
	| { kind: 'bye'; retryMs: number }
	| { kind: 'beat' }
	/** A type of a newer server: nothing to show, the cursor moves on. */
	| { kind: 'unknown'; type: string }
);

const BYE_RETRY_MS = 1000;

/**
 * Cuts text into blocks (WHATWG, server-sent events). Feed it chunks as they come; a block that is not
 * finished waits for the rest.
 */
export class BlockCutter {
	#rest = '';

	feed(chunk: string): Block[] {
		const text = this.#rest + chunk;
		// A lone CR at the end may be the first half of CRLF.
		const held = text.endsWith('\r') ? 1 : 0;
		const whole = text.slice(0, text.length - held).replace(/\r\n?/g, '\n');
		const parts = whole.split('\n\n');
		this.#rest = (parts.pop() ?? '') + text.slice(text.length - held);
		return parts.flatMap((part) => blockOf(part.replace(/^\n+/, '')));
	}
}

function blockOf(text: string): Block[] {
	const block: Block = { id: null, event: '', data: '', retryMs: null };
	const data: string[] = [];
	for (const line of text.split('\n')) {
		const colon = line.indexOf(':');
		if (colon === 0 || line === '') continue;
		const name = colon < 0 ? line : line.slice(0, colon);
		const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
		if (name === 'id') block.id = value;
		else if (name === 'event') block.event = value;
		else if (name === 'data') data.push(value);
		else if (name === 'retry' && /^\d+$/.test(value)) block.retryMs = Number(value);
	}
	block.data = data.join('\n');
	const isEmpty =
		block.id === null && block.event === '' && data.length === 0 && block.retryMs === null;
	return isEmpty ? [] : [block];
}

/** What a block means; never throws. A body that cannot be read counts as unknown. */
export function frameOf(block: Block): Frame {
	const body = parse(block.data);
	const told = isRecord(body) && typeof body.cursor === 'string' ? body.cursor : null;
	const cursor = block.id || told;
	switch (block.event) {
		case '':
			return { kind: 'beat', cursor };
		case 'hello':
		case 'sync':
			return { kind: block.event, cursor };
		case 'reset':
			return { kind: 'reset', cursor, reason: isRecord(body) ? String(body.reason ?? '') : '' };
		case 'forget':
			return { kind: 'forget', cursor, entities: entitiesOf(body) };
		case 'bye':
			return { kind: 'bye', cursor, retryMs: block.retryMs ?? BYE_RETRY_MS };
	}
	const event = narrow(block.event, body);
	return event ? { kind: 'event', cursor, event } : { kind: 'unknown', cursor, type: block.event };
}

function entitiesOf(body: unknown): string[] {
	if (!isRecord(body) || !Array.isArray(body.entities)) return [];
	return body.entities.filter((entity): entity is string => typeof entity === 'string');
}

const isRecord = (found: unknown): found is Record<string, unknown> =>
	typeof found === 'object' && found !== null && !Array.isArray(found);

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
