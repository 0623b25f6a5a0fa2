import { api } from '#lib/api/client.ts';
import type { Status } from '#lib/api/types.ts';
import type { Figure, ItemPage } from './types.ts';

/** Which figure is asked to open: what is counted, over which days, in which project. */
export interface Asked {
	figure: Figure;
	/** Absent: today. */
	from?: string;
	to?: string;
	project?: string;
	status?: Status;
}

/** What is behind a figure, newest first. Throws a Problem. */
export async function readItems(
	{ figure, ...query }: Asked,
	after: string | null,
	signal: AbortSignal
): Promise<ItemPage> {
	const { data } = await api.get<ItemPage>(`/api/stats/${figure}/items`, {
		query: { ...query, after, limit: 20 },
		signal
	});
	return data;
}

/** The same issues as a list, where the query language can say it. */
export function listOf({ figure, project, status }: Asked): string | null {
	const q =
		figure === 'overdue'
			? 'is:overdue'
			: figure === 'open'
				? status
					? `status:${status.toLowerCase()}`
					: 'is:open'
				: null;
	if (q === null) return null;
	const params = new URLSearchParams({ ...(project ? { project } : {}), q });
	return `/issues?${params}`;
}
