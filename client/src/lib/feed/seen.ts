import { recall, remember } from '#lib/kit/storage.ts';

/** How far a reader has looked: everything up to a place in the log, and some issues further. */
export interface Seen {
	cursor: string;
	at: string;
	/** Issue → the time of its last change that was looked at. */
	looked: Record<string, string>;
}

const isSeen = (found: unknown): found is Seen => {
	const { cursor, at, looked } = (found ?? {}) as Partial<Seen>;
	return (
		typeof cursor === 'string' &&
		typeof at === 'string' &&
		typeof looked === 'object' &&
		looked !== null
	);
};

const placeOf = (userId: number): string => `feed:${userId}`;

export const recallSeen = (userId: number): Seen | null => recall(placeOf(userId), isSeen);
export const rememberSeen = (userId: number, seen: Seen): void => remember(placeOf(userId), seen);
