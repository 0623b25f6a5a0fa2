import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { UserOut } from '#lib/api/types.ts';
import type { Change } from '#lib/stream/dispatch.ts';
import { listPeople, type PeopleFilter } from './commands.ts';

const PAGE = 100;

/** Whether somebody belongs to what is asked for, as the server decides it. */
export function isWanted(person: UserOut, filter: PeopleFilter): boolean {
	const q = filter.q.trim().toLowerCase();
	return (
		(filter.role === '' || person.role === filter.role) &&
		(filter.active === '' || String(person.active) === filter.active) &&
		`${person.name}\n${person.email}`.toLowerCase().includes(q)
	);
}

const byName = (a: UserOut, b: UserOut): number => {
	const [left, right] = [a.name.toLowerCase(), b.name.toLowerCase()];
	if (left !== right) return left < right ? -1 : 1;
	return a.id - b.id;
};

/** The people that a filter finds, kept as they are now. Who no longer fits stays in sight until it is asked anew. */
export class PeopleList {
	people = $state.raw<readonly UserOut[]>([]);
	total = $state.raw<number | null>(null);
	problem = $state.raw<Problem | null>(null);
	isLoading = $state.raw(true);
	#filter = $state.raw<PeopleFilter>({ q: '', role: '', active: '' });
	#next = $state.raw<string | null>(null);
	#asking: AbortController | null = null;

	get hasMore(): boolean {
		return this.#next !== null;
	}

	get(id: number): UserOut | undefined {
		return this.people.find((person) => person.id === id);
	}

	/** No longer what the filter asks for. */
	hasLeft(person: UserOut): boolean {
		return !isWanted(person, this.#filter);
	}

	/** Asks for the first page, or once more for what is asked already. */
	async load(filter: PeopleFilter = this.#filter): Promise<void> {
		this.#filter = filter;
		await this.#ask(null);
	}

	/** The next page. */
	async more(): Promise<void> {
		if (this.#next !== null) await this.#ask(this.#next);
	}

	/** Puts in what came back from a command; the newer one stays. */
	put(person: UserOut): void {
		const held = this.get(person.id);
		if (held && held.version >= person.version) return;
		if (held) {
			this.people = this.people.map((other) => (other.id === person.id ? person : other));
		} else if (isWanted(person, this.#filter)) {
			const isBeyond = this.hasMore && this.people.every((other) => byName(other, person) < 0);
			if (!isBeyond) this.people = [...this.people, person].sort(byName);
			if (this.total !== null) this.total += 1;
		}
	}

	drop(id: number): void {
		if (!this.get(id)) return;
		this.people = this.people.filter((person) => person.id !== id);
		if (this.total !== null) this.total -= 1;
	}

	apply(change: Change): void {
		if (change.kind === 'user') this.put(change.user);
		else if (change.kind === 'user-gone') this.drop(change.id);
	}

	async #ask(after: string | null): Promise<void> {
		this.#asking?.abort();
		const asking = new AbortController();
		this.#asking = asking;
		this.isLoading = true;
		try {
			const page = await listPeople(this.#filter, after, PAGE, asking.signal);
			if (asking.signal.aborted) return;
			this.people = after === null ? page.items : [...this.people, ...page.items];
			this.total = page.total;
			this.#next = page.next;
			this.problem = null;
		} catch (thrown) {
			if (!asking.signal.aborted) this.problem = asProblem(thrown);
		} finally {
			if (!asking.signal.aborted) this.isLoading = false;
		}
	}
}
