import { SvelteSet } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { IssueSummary, Me, Page } from '#lib/api/types.ts';
import { today } from '#lib/kit/time.ts';
import { issues } from '#lib/issues/collection.svelte.ts';
import { badges } from '#lib/shell/badges.svelte.ts';
import { stream } from '#lib/stream/connection.svelte.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { groupsOf, isTold, type Happening } from './happening.ts';
import { netOf, type Net } from './net.ts';
import { readBefore, readHead, readSince } from './read.ts';
import { recallSeen, rememberSeen, type Seen } from './seen.ts';

const FRESH_MS = 1200;
const FIRST = 300;
const EARLIER = 100;
const DAY_MS = 24 * 60 * 60 * 1000;
const NEVER = '0';

/** What happened, for one reader: before, since they looked, and live. It outlives the page, so that the badge is true. */
export class Feed {
	readonly me: Me;
	phase = $state.raw<'loading' | 'ready' | 'failed'>('loading');
	problem = $state.raw<Problem | null>(null);
	/** Since when "since you looked" counts; on a first visit that is a day. */
	seen = $state.raw<Seen>({ cursor: '', at: new Date(0).toISOString(), looked: {} });
	isFirstVisit = $state(false);
	/** So much happened that not all of it was read. */
	isCut = $state(false);
	/** When this visit began: what came later is live. */
	liveSince = $state.raw(new Date());
	earlier = $state.raw<readonly Happening[]>([]);
	away = $state.raw<readonly Happening[]>([]);
	live = $state.raw<readonly Happening[]>([]);
	/** Came in while somebody read. */
	waiting = $state.raw<readonly Happening[]>([]);
	readonly fresh = new SvelteSet<string>();
	/** Somebody looks closely: then nothing moves by itself. The page says so. */
	isReading: () => boolean = () => false;
	#overdue = $state.raw<readonly { key: string; dueOn: string }[]>([]);
	/** As many of `away` and `live` are marked as seen. */
	#marked = $state.raw(0);
	/** What a first visit leaves behind: the next one counts from its beginning. */
	#next: Seen | null = null;
	#older = $state.raw<string | null>(null);
	#known = new Set<string>();
	#turn = 0;
	#silence: () => void;

	/** Everything since the reader looked, oldest first. */
	readonly since = $derived([...this.away, ...this.live, ...this.waiting].slice(this.#marked));
	/** What it comes to, per issue, the latest first. */
	readonly nets = $derived.by((): Net[] => {
		const nets = groupsOf(this.since).map(netOf);
		const late = new Map(this.#overdue.map(({ key, dueOn }) => [key, dueOn]));
		const known = nets.map((net) => ({ ...net, overdueOn: late.get(net.key) ?? null }));
		const held = new Set(nets.map(({ key }) => key));
		return [...known, ...this.#overdue.filter(({ key }) => !held.has(key)).map(lateNet)];
	});
	/** Issues that others changed and the reader did not look at since. */
	readonly unseen = $derived.by((): ReadonlySet<string> => {
		const last = new Map<string, string>(this.#overdue.map(({ key }) => [key, NEVER]));
		for (const { event } of this.since)
			if (event.actor?.id !== this.me.id) last.set(event.issue.key, event.at);
		const { looked } = this.seen;
		return new Set([...last].flatMap(([key, at]) => ((looked[key] ?? '') < at ? [key] : [])));
	});

	constructor(me: Me) {
		this.me = me;
		this.#silence = stream.listen({
			onevent: (event, isLive) => this.#take(event, isLive),
			onreset: () => void this.load(),
			onforget: (keys) => this.#forget(keys),
			onsignedout: () => this.end()
		});
	}

	get hasEarlier(): boolean {
		return this.#older !== null;
	}

	end(): void {
		this.#silence();
		badges.feed = null;
	}

	async load(): Promise<void> {
		const turn = ++this.#turn;
		try {
			const seen = recallSeen(this.me.id);
			const since = seen && (await readSince(seen.cursor));
			const first = since && !since.isCut ? null : await readBefore('now', FIRST);
			if (turn !== this.#turn) return;
			if (seen && since && !first) this.#resume(seen, since.happenings);
			else await this.#begin(first?.happenings ?? [], first?.next ?? null, since ? seen : null);
			this.isCut = since?.isCut ?? false;
			this.problem = null;
			this.phase = 'ready';
			this.#count();
			await Promise.allSettled([this.#findOverdue(), first ? null : this.more()]);
			this.#count();
		} catch (thrown) {
			if (turn !== this.#turn) return;
			this.problem = asProblem(thrown);
			this.phase = 'failed';
		}
	}

	/** Reads further back. */
	async more(): Promise<void> {
		if (this.#older === null) return;
		const { happenings, next } = await readBefore(this.#older, EARLIER);
		this.#older = next;
		this.earlier = [...this.#fresh(happenings), ...this.earlier];
	}

	/** Lets in what waited. */
	release(): void {
		const arriving = this.waiting;
		this.waiting = [];
		this.#enter(arriving);
	}

	/** The reader looked at an issue. */
	look(key: string): void {
		if (!this.unseen.has(key)) return;
		const at = this.since.findLast(({ event }) => event.issue.key === key)?.event.at ?? NEVER;
		this.#see({ ...this.seen, looked: { ...this.seen.looked, [key]: at } });
	}

	/** All of it. */
	async markAllSeen(): Promise<void> {
		this.release();
		const cursor = stream.cursor ?? (await readHead());
		this.#overdue = [];
		this.#marked = this.away.length + this.live.length;
		this.isCut = false;
		this.#next = null;
		this.isFirstVisit = false;
		this.#see({ cursor, at: new Date().toISOString(), looked: {} });
	}

	#see(seen: Seen): void {
		this.seen = seen;
		rememberSeen(this.me.id, this.#next ? { ...this.#next, looked: seen.looked } : seen);
		this.#count();
	}

	#resume(seen: Seen, happenings: Happening[]): void {
		this.#clear();
		this.seen = seen;
		this.away = this.#fresh(happenings);
		this.#older = happenings[0]?.id ?? 'now';
	}

	/** A first visit, or one after so long that the log cannot be read from there: the last day, and some before. */
	async #begin(happenings: Happening[], older: string | null, seen: Seen | null): Promise<void> {
		const at = new Date(Date.now() - DAY_MS).toISOString();
		this.#clear();
		this.isFirstVisit = seen === null;
		this.seen = seen ?? { cursor: '', at, looked: {} };
		if (!seen) {
			this.#next = { cursor: await readHead(), at: new Date().toISOString(), looked: {} };
			rememberSeen(this.me.id, this.#next);
		}
		const all = this.#fresh(happenings);
		this.away = all.filter(({ event }) => event.at > this.seen.at);
		this.earlier = all.filter(({ event }) => event.at <= this.seen.at);
		this.#older = older;
	}

	#clear(): void {
		this.#known.clear();
		this.liveSince = new Date();
		this.earlier = this.away = this.live = this.waiting = [];
		this.#overdue = [];
		this.#marked = 0;
		this.#next = null;
	}

	/** Those that were not heard of yet, by whichever way. */
	#fresh(happenings: readonly Happening[]): Happening[] {
		const news = happenings.filter(({ id }) => !this.#known.has(id));
		news.forEach(({ id }) => this.#known.add(id));
		return news;
	}

	#take(event: TracklyEvent, isLive: boolean): void {
		const id = stream.cursor;
		if (!isTold(event) || id === null || this.phase !== 'ready') return;
		const news = this.#fresh([{ id, event }]);
		if (this.isReading()) this.waiting = [...this.waiting, ...news];
		else this.#enter(news, isLive);
		this.#count();
	}

	#enter(news: readonly Happening[], isLive = true): void {
		this.live = [...this.live, ...news];
		if (!isLive) return;
		for (const { id } of news) {
			this.fresh.add(id);
			setTimeout(() => this.fresh.delete(id), FRESH_MS);
		}
	}

	/** No longer the reader's to see. */
	#forget(keys: readonly string[]): void {
		const gone = new Set(keys);
		const kept = ({ event }: Happening) => !gone.has(event.issue.key);
		this.earlier = this.earlier.filter(kept);
		this.away = this.away.filter(kept);
		this.live = this.live.filter(kept);
		this.waiting = this.waiting.filter(kept);
		this.#count();
	}

	/** A date that passes is no event: those are asked for. */
	async #findOverdue(): Promise<void> {
		const from = today(new Date(this.seen.at));
		if (from >= today(new Date())) return;
		const query = { q: `is:overdue due>=${from}`, limit: 100 };
		const { data } = await api.get<Page<IssueSummary>>('/api/issues', { query });
		issues.putAll(data.items);
		this.#overdue = data.items.flatMap(({ key, due_on }) =>
			due_on === null ? [] : [{ key, dueOn: due_on }]
		);
	}

	#count(): void {
		badges.feed = this.unseen.size || null;
	}
}

const lateNet = ({ key, dueOn }: { key: string; dueOn: string }): Net => ({
	...netOf({ key, project: key.split('-')[0] ?? '', happenings: [] }),
	at: new Date(`${dueOn}T23:59:59`).toISOString(),
	overdueOn: dueOn
});

let held: Feed | null = null;

/** The reader's feed; another login has another one. */
export function feedOf(me: Me): Feed {
	if (held?.me.session_id === me.session_id) return held;
	held?.end();
	held = new Feed(me);
	void held.load();
	return held;
}
