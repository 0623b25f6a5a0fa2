import { api } from '#lib/api/client.ts';
import { STATUSES, type Status } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { announcer } from '#lib/shell/announcer.svelte.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { issues } from '../collection.svelte.ts';
import { editIssue } from '../commands.ts';
import { LiveList } from '../list/live_list.svelte.ts';
import type { Issue } from '../reduce.ts';
import { statusWord } from '../words.ts';
import { beside, slotAt } from './moves.ts';

/** A card that is held, by the pointer or by the keyboard. */
export interface Drag {
	key: string;
	from: Status;
	over: Status;
	/** Where the slot stands in the column that it is over. */
	slot: number;
	height: number;
	by: 'pointer' | 'keys';
}

/** Which rows of a column are in sight. */
export type Sight = () => { first: number; last: number };

const DONE_SPAN = 'done>-7d';

/** The board: a live list for each column, and at most one card in the air. */
export class Board {
	readonly columns: Record<Status, LiveList>;
	drag = $state.raw<Drag | null>(null);
	/** Days within which 85 % of the work was finished; null = not known. */
	p85 = $state.raw<number | null>(null);
	#reading = new Set<Status>();
	#sights = new Map<Status, Sight>();

	constructor(userId: number) {
		const column = (status: Status) =>
			new LiveList({
				userId,
				isReading: () => this.drag !== null || this.#reading.has(status),
				keepsLeft: false
			});
		this.columns = {
			OPEN: column('OPEN'),
			TRIAGED: column('TRIAGED'),
			IN_PROGRESS: column('IN_PROGRESS'),
			DONE: column('DONE')
		};
	}

	get total(): number | null {
		const totals = STATUSES.map((status) => this.columns[status].total);
		return totals.includes(null) ? null : totals.reduce<number>((sum, n) => sum + (n ?? 0), 0);
	}

	get lists(): LiveList[] {
		return STATUSES.map((status) => this.columns[status]);
	}

	async load(q: string, project: string): Promise<void> {
		await Promise.all(
			STATUSES.map((status) =>
				this.columns[status].load(
					status === 'DONE'
						? { q, project, status, also: DONE_SPAN, sort: '-updated' }
						: { q, project, status, sort: '-priority' }
				)
			)
		);
	}

	/** How long work takes; the board does without when it is not told. */
	async loadFlow(project: string): Promise<void> {
		try {
			const query = { project };
			const { data } = await api.get<{ cycle_time: { p85: number | null } }>('/api/stats/flow', {
				query
			});
			this.p85 = data.cycle_time.p85;
		} catch {
			this.p85 = null;
		}
	}

	take(event: TracklyEvent, isLive: boolean): void {
		for (const list of this.lists) list.take(event, isLive);
	}

	/** Somebody looks closely at a column: it does not move by itself. */
	reads(status: Status, isReading: boolean): void {
		if (isReading) this.#reading.add(status);
		else this.#reading.delete(status);
		const list = this.columns[status];
		if (!isReading && !this.drag && list.waiting.size + list.left.size > 0) list.release();
	}

	sees(status: Status, sight: Sight): () => void {
		this.#sights.set(status, sight);
		return () => this.#sights.delete(status);
	}

	/** Takes a card up. */
	lift(issue: Issue, height: number, by: Drag['by']): void {
		const { key, status } = issue;
		const slot = this.columns[status].keys.indexOf(key);
		this.drag = { key, from: status, over: status, slot, height, by };
		if (by === 'keys') announcer.say(m.board_lifted({ key, status: statusWord(status) }));
	}

	/** Holds the card over a column. */
	over(status: Status): void {
		const { drag } = this;
		const issue = drag && issues.get(drag.key);
		if (!drag || !issue || drag.over === status) return;
		const list = this.columns[status];
		const place = list.placeOf({ ...issue, status });
		const { first, last } = this.#sights.get(status)?.() ?? {
			first: 0,
			last: list.keys.length - 1
		};
		const slot = status === drag.from ? list.keys.indexOf(drag.key) : slotAt(place, first, last);
		this.drag = { ...drag, over: status, slot };
		const where = { status: statusWord(status), place: slot + 1, of: list.keys.length + 1 };
		if (drag.by === 'keys') announcer.say(m.board_over(where));
	}

	/** The column beside, by the keyboard. */
	shift(step: -1 | 1): void {
		if (this.drag) this.over(beside(this.drag.over, step));
	}

	/** Puts the card back where it was. */
	cancel(): void {
		if (!this.drag) return;
		const { key, from } = this.drag;
		this.drag = null;
		announcer.say(m.board_put_back({ key, status: statusWord(from) }));
	}

	/** Lets the card go where it is held. */
	drop(): void {
		const { drag } = this;
		if (!drag) return;
		if (drag.over === drag.from) return this.cancel();
		this.drag = null;
		void this.move(drag.key, drag.over, drag.slot);
	}

	/** Moves an issue to another column at once; a refusal puts it back, and says why. */
	async move(key: string, to: Status, at?: number): Promise<void> {
		const issue = issues.get(key);
		if (!issue || issue.status === to) return;
		const from = issue.status;
		const was = this.columns[from].takeOut(key);
		const accepted = editIssue(key, { status: to });
		this.columns[to].put(key, at);
		announcer.say(m.board_moved({ key, status: statusWord(to) }));
		if (await accepted) return;
		this.columns[to].takeOut(key);
		this.columns[from].put(key, was < 0 ? undefined : was);
	}
}
