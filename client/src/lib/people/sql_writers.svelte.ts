import { SvelteMap } from 'svelte/reactivity';
import type { Problem } from '#lib/api/problem.ts';
import { tried } from '#lib/api/tried.ts';
import type { Change } from '#lib/stream/dispatch.ts';
import { grantSql, listSqlWriters, revokeSql, whySqlIsOff } from './commands.ts';

/** Who may write SQL reports, as it is now. A change shows at once, and is taken back when it is refused. */
export class SqlWriters {
	/** Why nobody can on this server; null = they can, or nobody knows yet. */
	isOffFor = $state.raw<string | null>(null);
	#held = $state.raw<ReadonlySet<number> | null>(null);
	/** What was asked for last of those whose change is on its way. */
	readonly #wanted = new SvelteMap<number, boolean>();
	#turn = 0;
	#reading = 0;

	/** Without it nothing can be said, or changed. */
	get isKnown(): boolean {
		return this.#held !== null;
	}

	has(id: number): boolean {
		return this.#wanted.get(id) ?? this.#held?.has(id) ?? false;
	}

	/** Asks who has it, and whether it is of use here. What fails is asked again the next time. */
	async load(): Promise<void> {
		const off = tried(async () => void (this.isOffFor = await whySqlIsOff()));
		await Promise.all([this.#read(), off]);
	}

	/** Gives or takes the right. Changed again meanwhile, the last word counts, and is sent after the first. */
	async set(id: number, may: boolean): Promise<Problem | null> {
		const isOnItsWay = this.#wanted.has(id);
		this.#wanted.set(id, may);
		if (isOnItsWay) return null;
		let problem: Problem | null = null;
		for (let next = may; problem === null && this.#held?.has(id) !== next;) {
			problem = await tried(() => (next ? grantSql(id) : revokeSql(id)));
			if (problem === null) this.#hold(id, next);
			next = this.#wanted.get(id) ?? next;
		}
		this.#wanted.delete(id);
		return problem;
	}

	/** Events come late, and of one's own changes too: when one says something else than is known here, the list is read. */
	apply(change: Change): void {
		if (change.kind === 'sql-writer' && this.#held?.has(change.userId) !== change.may)
			void this.#read();
	}

	#hold(id: number, may: boolean): void {
		const held = new Set(this.#held);
		if (may) held.add(id);
		else held.delete(id);
		this.#held = held;
		// What is being read may be from before.
		if (this.#reading > 0) void this.#read();
	}

	async #read(): Promise<void> {
		const turn = ++this.#turn;
		this.#reading += 1;
		await tried(async () => {
			const found = await listSqlWriters();
			if (turn === this.#turn) this.#held = new Set(found);
		});
		this.#reading -= 1;
	}
}
