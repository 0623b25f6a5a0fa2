import { api } from '#lib/api/client.ts';
import type { Edition, Share } from './types.ts';

/** What a run made: one edition for each group of readers with the same rights. */
export async function listEditions(runId: number): Promise<Edition[]> {
	return (await api.get<{ items: Edition[] }>(`/api/runs/${runId}/editions`)).data.items;
}

export async function listShares(runId: number, fileId: string): Promise<Share[]> {
	return (await api.get<{ items: Share[] }>(`/api/runs/${runId}/files/${fileId}/shares`)).data
		.items;
}

/** Makes a link to a file for who has no login. Its address is told this once. */
export async function createShare(runId: number, fileId: string, days: number): Promise<Share> {
	return (
		await api.post<Share>(`/api/runs/${runId}/files/${fileId}/shares`, {
			expires_in_h: 24 * days
		})
	).data;
}

export const revokeShare = (id: string) => api.delete(`/api/shares/${id}`);

/** Where the bytes of a file are. */
export const fileHref = (runId: number, fileId: string): string =>
	`/api/runs/${runId}/download?file=${fileId}`;
