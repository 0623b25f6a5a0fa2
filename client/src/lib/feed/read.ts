import { address, type Query } from '#lib/api/client.ts';
import { fetchApi } from '#lib/api/transport.ts';
import { narrow } from '#lib/stream/events.ts';
import { isTold, type Happening } from './happening.ts';

interface EventPage {
	items: (Record<string, unknown> & { id: string; type: string })[];
	next: string | null;
	reset: string | null;
}

export interface Stretch {
	/** Oldest first. */
	happenings: Happening[];
	/** Where to go on from; null when there is no more that way. */
	next: string | null;
}

const TYPES = ['issue.*', 'comment.*', 'attachment.*'] as const;
const PAGE = 1000;
const MOST_PAGES = 5;

async function readPage(query: Query): Promise<{ page: EventPage; head: string | null }> {
	const answer = await fetchApi(address('/api/events', { types: TYPES, ...query }), {
		headers: { Accept: 'application/json' }
	});
	const page = (await answer.json()) as EventPage;
	return { page, head: answer.headers.get('X-Trackly-Cursor') };
}

function happeningsIn({ items }: EventPage): Happening[] {
	return items.flatMap(({ id, type, ...data }) => {
		const event = narrow(type, data);
		return event && isTold(event) ? [{ id, event }] : [];
	});
}

/** The latest events before a cursor, or before now. Throws a Problem. */
export async function readBefore(cursor: string, limit: number): Promise<Stretch> {
	const { page } = await readPage({ before: cursor, limit });
	return { happenings: happeningsIn(page).reverse(), next: page.next };
}

/**
 * All events since a cursor. Null when nothing can be resumed from it; `isCut` when they are so many that the rest
 * was not read. Throws a Problem.
 */
export async function readSince(cursor: string): Promise<(Stretch & { isCut: boolean }) | null> {
	const happenings: Happening[] = [];
	let after = cursor;
	for (let pages = 0; pages < MOST_PAGES; pages += 1) {
		const { page, head } = await readPage({ after, limit: PAGE });
		if (page.reset) return null;
		happenings.push(...happeningsIn(page));
		const isEnd = page.next === null || page.next === after || page.next === head;
		after = page.next ?? after;
		if (isEnd) return { happenings, next: after, isCut: false };
	}
	return { happenings, next: after, isCut: true };
}

/** Where the log ends now. */
export async function readHead(): Promise<string> {
	const { page, head } = await readPage({});
	return page.next ?? head ?? '';
}
