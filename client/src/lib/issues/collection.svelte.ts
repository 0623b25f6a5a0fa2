import { SvelteMap } from 'svelte/reactivity';
import type { Change } from '#lib/stream/dispatch.ts';
import { merge, withOverlays, type Issue, type Overlay } from './reduce.ts';

interface Pending {
	id: string;
	overlay: Overlay;
}

const FLASH_MS = 1200;

/**
 * Every issue this tab knows, once, whoever told it: lists, details, events and answers of commands all come
 * here, and the newer one stays. What the reader asked for lies over it until the server has answered.
 */
export class IssueCollection {
	#issues = new SvelteMap<string, Issue>();
	#pending = new SvelteMap<string, readonly Pending[]>();
	#flashing = new SvelteMap<string, readonly string[]>();
	/** Deleted ones stay deleted, whatever arrives late. */
	#gone = new Set<number>();

	/** The issue as it is to be shown; undefined when nobody told us of it. */
	get(key: string): Issue | undefined {
		const issue = this.#issues.get(key);
		const pending = this.#pending.get(key);
		return issue && pending
			? withOverlays(
					issue,
					pending.map(({ overlay }) => overlay)
				)
			: issue;
	}

	/** The same as the server has it, without what waits. */
	saved(key: string): Issue | undefined {
		return this.#issues.get(key);
	}

	/** All that are held, in no order. */
	all(): Issue[] {
		return [...this.#issues.keys()].flatMap((key) => this.get(key) ?? []);
	}

	/** A change of the reader's own is still on its way. */
	isWaiting(key: string): boolean {
		return this.#pending.has(key);
	}

	/** The fields somebody else changed a moment ago; empty when it is quiet. */
	flash(key: string): readonly string[] {
		return this.#flashing.get(key) ?? [];
	}

	put(issue: Issue): void {
		if (this.#gone.has(issue.id)) return;
		const held = this.#issues.get(issue.key);
		const next = merge(held, issue);
		if (next !== held) this.#issues.set(issue.key, next);
	}

	putAll(issues: readonly Issue[]): void {
		for (const issue of issues) this.put(issue);
	}

	/** Applies what is about issues; the rest is for others. `userId` is the reader. */
	apply(change: Change, userId: number): void {
		if (change.kind === 'issue') this.put(change.issue);
		else if (change.kind === 'issue-gone') this.#drop(change.key, change.id);
		else if (change.kind === 'watching' && change.userId === userId)
			this.watch(change.issue, change.watching);
	}

	/** The reader follows the issue, or no longer does. */
	watch(key: string, watching: boolean): void {
		const held = this.#issues.get(key);
		if (held && held.watching !== watching) this.#issues.set(key, { ...held, watching });
	}

	/** Marks what somebody else changed, for the length of the flash. */
	mark(key: string, fields: readonly string[]): void {
		this.#flashing.set(key, fields);
		setTimeout(() => {
			if (this.#flashing.get(key) === fields) this.#flashing.delete(key);
		}, FLASH_MS);
	}

	/** No longer the reader's to see. It may come back. False when it was not held. */
	forget(key: string): boolean {
		return this.#issues.delete(key);
	}

	/** Lays a wish over an issue; the returned function takes it away. */
	overlay(key: string, id: string, overlay: Overlay): () => void {
		this.#pending.set(key, [...(this.#pending.get(key) ?? []), { id, overlay }]);
		return () => {
			const rest = (this.#pending.get(key) ?? []).filter((pending) => pending.id !== id);
			if (rest.length > 0) this.#pending.set(key, rest);
			else this.#pending.delete(key);
		};
	}

	clear(): void {
		this.#issues.clear();
		this.#pending.clear();
		this.#flashing.clear();
		this.#gone.clear();
	}

	#drop(key: string, id: number): void {
		this.#gone.add(id);
		this.#issues.delete(key);
		this.#pending.delete(key);
	}
}

export const issues = new IssueCollection();
