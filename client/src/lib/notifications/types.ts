/** One line of the inbox. `link` is a path of ours. */
export interface Notice {
	id: number;
	kind: string;
	title: string;
	body: string;
	link: string | null;
	ref: string | null;
	version: number;
	created_at: string;
	read_at: string | null;
}

export interface InboxPage {
	items: Notice[];
	next: string | null;
	unread: number;
}

/** What was read: these, or with `ids` null all up to `through`. */
export interface NoticesRead {
	ids: number[] | null;
	through: number;
	read_at: string;
}

/** What the link at the foot of a mail is about. */
export interface Subscription {
	token: string;
	address: string;
	topic: string;
	subscribed: boolean;
}
