import { api } from '#lib/api/client.ts';
import type { InboxPage, Subscription } from './types.ts';

const SHOWN = 20;

export const listNotices = async (after: string | null): Promise<InboxPage> =>
	(await api.get<InboxPage>('/api/notifications', { query: { after, limit: SHOWN } })).data;

/** Marks some, or with null all, as read; returns how many are left. */
export const readNotices = async (ids: readonly number[] | null): Promise<number> =>
	(await api.post<{ unread: number }>('/api/notifications/read', ids ? { ids } : { all: true }))
		.data.unread;

/** Does what the holder of a mail's link wants. */
export const changeSubscription = async (token: string, wants: boolean): Promise<Subscription> =>
	(
		await api.post<Subscription>(
			`/api/notifications/${wants ? 'subscribe' : 'unsubscribe'}/${encodeURIComponent(token)}`
		)
	).data;
