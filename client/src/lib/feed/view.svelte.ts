import { issues } from '#lib/issues/collection.svelte.ts';
import { session } from '#lib/session/session.svelte.ts';
import type { Feed } from './feed.svelte.ts';
import { groupsOf, issueIn, mentions, type Group } from './happening.ts';
import { figuresOf, netOf, type Figure, type Net } from './net.ts';

export type Show = 'everything' | 'mine' | 'mentions';

/** One row of the feed: an issue, told line by line or as one net line. */
export interface Entry {
	/** An issue may stand in two sections. */
	id: string;
	key: string;
	group: Group;
	net: Net;
}

/** What the reader chose to see of a feed, and where they are in it. */
export class FeedView {
	show = $state<Show>('everything');
	project = $state('');
	figure = $state<Figure | null>(null);
	/** The row that the keys are at. */
	at = $state<string | null>(null);
	readonly feed: Feed;

	readonly figures = $derived.by(() =>
		figuresOf(this.feed.nets, session.user.id, (key) => issues.get(key))
	);
	readonly live = $derived.by(() => this.#entries('live', groupsOf(this.feed.live)));
	readonly away = $derived.by(() => this.#away());
	/** Further back; an issue that stands above is not told again. */
	readonly earlier = $derived.by(() => {
		const told = new Set([...this.live, ...this.away].map(({ key }) => key));
		const groups = groupsOf(this.feed.earlier).filter(({ key }) => !told.has(key));
		return this.#entries('earlier', groups);
	});
	readonly all = $derived([...this.live, ...this.away, ...this.earlier]);
	/** What `N` steps through: each issue that changed since the reader looked, where it first stands. */
	readonly steps = $derived.by(() => {
		const changed = new Set(this.feed.nets.map(({ key }) => key));
		const held = new Set<string>();
		return [...this.live, ...this.away].filter(
			({ key }) => changed.has(key) && !held.has(key) && held.add(key)
		);
	});
	readonly step = $derived(this.steps.findIndex(({ id }) => id === this.at));

	constructor(feed: Feed) {
		this.feed = feed;
	}

	/** Goes to the next issue that changed, or the one before; after the last comes the first. */
	stepBy(by: 1 | -1): Entry | null {
		const { length } = this.steps;
		if (length === 0) return null;
		const from = this.step < 0 && by < 0 ? 0 : this.step;
		return this.go(this.steps[(from + by + length) % length]);
	}

	/** Moves over all rows, and stays at the ends. */
	moveBy(by: 1 | -1): Entry | null {
		const from = this.all.findIndex(({ id }) => id === this.at);
		return this.go(this.all[Math.max(0, Math.min(this.all.length - 1, from + by))]);
	}

	go(entry: Entry | undefined): Entry | null {
		if (!entry) return null;
		this.at = entry.id;
		this.feed.look(entry.key);
		return entry;
	}

	#away(): Entry[] {
		const told = groupsOf(this.feed.away);
		const held = new Set(told.map(({ key }) => key));
		const late = this.feed.nets.filter(
			({ key, overdueOn }) => overdueOn !== null && !held.has(key)
		);
		const only = late.map(({ key, project }) => ({ key, project, happenings: [] }));
		return this.#entries('away', [...told, ...only]).sort((a, b) => (a.net.at < b.net.at ? 1 : -1));
	}

	#entries(section: string, groups: readonly Group[]): Entry[] {
		const late = new Map(this.feed.nets.map((net) => [net.key, net]));
		return groups
			.filter((group) => this.#isShown(group))
			.map((group) => {
				const net = netOf(group);
				const known = late.get(group.key);
				const overdueOn = section === 'away' ? (known?.overdueOn ?? null) : null;
				const at = net.at === '' ? (known?.at ?? '') : net.at;
				return {
					id: `${section} ${group.key}`,
					key: group.key,
					group,
					net: { ...net, overdueOn, at }
				};
			});
	}

	#isShown(group: Group): boolean {
		if (this.project !== '' && group.project !== this.project) return false;
		if (this.figure && !this.figures[this.figure].keys.has(group.key)) return false;
		if (this.show === 'mentions')
			return group.happenings.some(({ event }) => mentions(event, session.user));
		return this.show === 'everything' || this.#isMine(group);
	}

	#isMine(group: Group): boolean {
		const issue = issues.get(group.key) ?? issueIn(group);
		const me = session.user.id;
		if (!issue) return false;
		return (
			issue.assignee?.id === me ||
			issue.reporter.id === me ||
			('watching' in issue && issue.watching === true)
		);
	}
}
