import { api, type Query } from '#lib/api/client.ts';
import type { Page } from '#lib/api/types.ts';

const PAGE = 100;
const MOST_PAGES = 20;

/** All of a list, page by page; at most two thousand. Throws a Problem. */
export async function readAll<T>(path: string, query: Query = {}): Promise<T[]> {
	const items: T[] = [];
	let after: string | null = null;
	for (let page = 0; page < MOST_PAGES; page += 1) {
		const { data }: { data: Page<T> } = await api.get<Page<T>>(path, {
			query: { ...query, limit: PAGE, after }
		});
		items.push(...data.items);
		after = data.next;
		if (after === null) break;
	}
	return items;
}
