import { SvelteSet } from 'svelte/reactivity';
import { api } from '#lib/api/client.ts';
import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { IssueSummary, Page } from '#lib/api/types.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { issues } from '../collection.svelte.ts';
import { Judge, paramsAbout, paramsOf, type Asked } from '../query/ask.ts';
import type { Verdict } from '../query/match.ts';
import { placeAmong } from '../query/order.ts';
import type { Issue } from '../reduce.ts';
import { before } from './before.ts';

const PAGE = 100;
const VERIFY_MS = 120;
const VERIFY_MOST = 40;
const FRESH_MS = 1200;

interface How {
	userId: number;
	/** Somebody looks closely: then nothing moves by itself. */
	isReading: () => boolean;
	/** What no longer matches stays, dimmed, instead of going. */
	keepsLeft: boolean;
}

/**
 * A list that is kept true by events. It holds keys in the order they are shown; the issues themselves are in the
 * collection. What comes in while somebody reads waits in `waiting` until `release`.
 */
export class LiveList {
	keys = $state.raw<readonly string[]>([]);
	total = $state.raw<number | null>(null);
	phase = $state.raw<'loading' | 'ready' | 'failed'>('loading');
	problem = $state.raw<Problem | null>(null);
	isFetchingMore = $state.raw(false);
	/** Held, but no longer what is asked for. */
	readonly left = new SvelteSet<string>();
	/** New here, or in another place by now. */
	readonly waiting = new SvelteSet<string>();
	/** Changed by somebody else a moment ago. */
	readonly fresh = new SvelteSet<string>();

	#asked: Asked = { q: '', project: '' };
	#judge = new Judge(this.#asked);
	#next = $state.raw<string | null>(null);
	#turn = 0;
	#touched = new Set<string>();
	#unsure = new Set<string>();
	/** Taken out by the reader's own hand: already counted when the event says so. */
	#taken = new Set<string>();
	#timer: ReturnType<typeof setTimeout> | undefined;
	readonly #how: How;

	constructor(how: How) {
		this.#how = how;
	}

	get hasMore(): boolean {
		return this.#next !== null;
	}

	/** Nothing was ever shown here. */
	get isFirst(): boolean {
		return this.phase === 'loading' && this.total === null && this.keys.length === 0;
	}

	/** Asks anew. What is shown stays until the answer is there, and also when it is a refusal. */
	async load(asked: Asked = this.#asked): Promise<void> {
		const turn = ++this.#turn;
		this.#touched.clear();
		this.phase = 'loading';
		try {
			const query = { ...paramsOf(asked), limit: PAGE };
			const { data } = await api.get<Page<IssueSummary>>('/api/issues', { query });
			if (turn !== this.#turn) return;
			this.#asked = asked;
			this.#judge = new Judge(asked);
			issues.putAll(data.items);
			for (const held of [this.left, this.waiting, this.#unsure, this.#taken]) held.clear();
			this.keys = data.items.map((issue) => issue.key);
			this.total = data.total;
			this.#next = data.next;
			this.problem = null;
			this.phase = 'ready';
			for (const key of this.#touched) this.#settle(key, null, false);
		} catch (thrown) {
			if (turn !== this.#turn) return;
			this.problem = asProblem(thrown);
			this.phase = 'failed';
		}
	}

	/** The next page, if there is one. */
	async more(): Promise<void> {
		if (this.isFetchingMore || this.#next === null || this.phase !== 'ready') return;
		const turn = this.#turn;
		this.isFetchingMore = true;
		try {
			const query = { ...paramsOf(this.#asked), limit: PAGE, after: this.#next };
			const { data } = await api.get<Page<IssueSummary>>('/api/issues', { query });
			if (turn !== this.#turn) return;
			issues.putAll(data.items);
			const held = new Set(this.keys);
			this.keys = [
				...this.keys,
				...data.items.map(({ key }) => key).filter((key) => !held.has(key))
			];
			this.#next = data.next;
		} catch (thrown) {
			this.problem = asProblem(thrown);
		} finally {
			this.isFetchingMore = false;
		}
	}

	/** Takes an event in. The collection may be told of it before or after. */
	take(event: TracklyEvent, isLive: boolean): void {
		if (!('issue' in event)) return;
		const { key } = event.issue;
		const isMine = event.actor?.id === this.#how.userId;
		if (this.phase === 'loading') this.#touched.add(key);
		queueMicrotask(() => {
			if (event.type === 'issue.deleted') return this.#drop(key);
			this.#settle(key, before(event, issues.get(key)), isMine);
			if (isLive && !isMine && this.keys.includes(key)) this.#freshen(key);
		});
	}

	/** Lets go of what the reader may no longer see. */
	forget(): void {
		queueMicrotask(() => {
			for (const key of this.keys) if (issues.get(key) === undefined) this.#drop(key);
		});
	}

	/** Brings in what waits, in its place, and takes out what left. */
	release(): void {
		const arriving = [...this.waiting];
		const gone = new Set([...arriving, ...this.left]);
		this.waiting.clear();
		this.left.clear();
		this.keys = this.keys.filter((key) => !gone.has(key));
		for (const key of arriving) this.#insert(key);
	}

	/** Puts an issue in by the reader's own hand, at `at` or where it belongs. */
	put(key: string, at?: number): void {
		this.waiting.delete(key);
		this.left.delete(key);
		this.#taken.delete(key);
		if (this.keys.includes(key)) return;
		this.#count(1);
		if (at === undefined) this.#insert(key);
		else this.keys = this.keys.toSpliced(at, 0, key);
	}

	/** Takes an issue out by the reader's own hand; the place it had, or -1. */
	takeOut(key: string): number {
		const at = this.keys.indexOf(key);
		if (at >= 0) this.#drop(key);
		this.#taken.add(key);
		return at;
	}

	/** Where the issue would stand. */
	placeOf(issue: Issue): number {
		return placeAmong(issue, this.#shown(), this.#judge.sort);
	}

	#settle(key: string, earlier: Issue | null, isMine: boolean): void {
		const issue = issues.get(key);
		if (!issue) return this.#drop(key);
		const isHeld = this.keys.includes(key);
		const verdict = this.#verdict(issue);
		if (verdict === null) return this.#ask(key);
		if (isHeld) return this.#keep(key, verdict, isMine);
		if (!verdict) {
			if (this.#taken.delete(key)) return;
			if (this.waiting.delete(key) || (earlier && this.#verdict(earlier))) this.#count(-1);
			return;
		}
		if (this.waiting.has(key)) return;
		const isNew = earlier === null || this.#verdict(earlier) === false;
		if (isNew) this.#count(1);
		this.#arrive(key);
	}

	#keep(key: string, isMatch: boolean, isMine: boolean): void {
		if (isMatch) {
			if (this.left.delete(key)) this.#count(1);
			if (!isMine && this.#isMisplaced(key)) this.#arrive(key);
		} else if (!this.left.has(key)) {
			this.#count(-1);
			this.waiting.delete(key);
			if (this.#how.keepsLeft || this.#how.isReading()) this.left.add(key);
			else this.keys = this.keys.filter((held) => held !== key);
		}
	}

	#arrive(key: string): void {
		if (this.#how.isReading()) this.waiting.add(key);
		else {
			this.keys = this.keys.filter((held) => held !== key);
			this.#insert(key);
			this.#freshen(key);
		}
	}

	#isMisplaced(key: string): boolean {
		const issue = issues.get(key);
		const at = this.keys.indexOf(key);
		const rest = this.#shown().toSpliced(at, 1);
		return issue !== undefined && placeAmong(issue, rest, this.#judge.sort) !== at;
	}

	/** Behind the last one that is loaded there may be others before it: then it comes with its page. */
	#insert(key: string): void {
		const issue = issues.get(key);
		if (!issue) return;
		const at = this.placeOf(issue);
		if (at === this.keys.length && this.#next !== null) return;
		this.keys = this.keys.toSpliced(at, 0, key);
	}

	#shown(): (Issue | undefined)[] {
		return this.keys.map((key) => (this.left.has(key) ? undefined : issues.get(key)));
	}

	#verdict(issue: Issue): Verdict {
		return this.#judge.of(issue, { userId: this.#how.userId, now: new Date() });
	}

	#drop(key: string): void {
		const isCounted = this.waiting.delete(key) || (this.keys.includes(key) && !this.left.has(key));
		this.left.delete(key);
		if (isCounted) this.#count(-1);
		this.keys = this.keys.filter((held) => held !== key);
	}

	#count(change: number): void {
		if (this.total !== null) this.total = Math.max(0, this.total + change);
	}

	#freshen(key: string): void {
		this.fresh.add(key);
		setTimeout(() => this.fresh.delete(key), FRESH_MS);
	}

	/** Only the server can tell: asks it for all that came up within a moment. */
	#ask(key: string): void {
		this.#unsure.add(key);
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#verify(), VERIFY_MS);
	}

	async #verify(): Promise<void> {
		const keys = [...this.#unsure];
		const turn = this.#turn;
		this.#unsure.clear();
		if (keys.length > VERIFY_MOST) return this.load();
		try {
			const query = { ...paramsAbout(this.#asked, keys), limit: PAGE };
			const { data } = await api.get<Page<IssueSummary>>('/api/issues', { query });
			if (turn !== this.#turn) return;
			issues.putAll(data.items);
			const found = new Set(data.items.map((issue) => issue.key));
			for (const key of keys) this.#learn(key, found.has(key));
		} catch {
			// The server does not answer now; when it does, the stream starts with what was missed.
		}
	}

	#learn(key: string, isMatch: boolean): void {
		if (this.keys.includes(key)) return this.#keep(key, isMatch, false);
		if (!isMatch || this.waiting.has(key)) return;
		this.#count(1);
		this.#arrive(key);
	}
}
