import { api } from '#lib/api/client.ts';
import type { Changed, IssuePatch, Person } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import { statusWord } from '../words.ts';
import { grouped, type Plan } from './wish.ts';

export interface BulkResult {
	changed: { key: string; changed: Changed }[];
	unchanged: string[];
	refused: { key: string; code: string; detail: string }[];
}

/** Edits many issues, or only says what that would do. Each plan is one transaction. Throws a Problem. */
export async function bulk(plans: readonly Plan[], isRehearsal: boolean): Promise<BulkResult> {
	const results: BulkResult[] = [];
	for (const { keys, patch } of plans) {
		const body = { keys, patch, dry_run: isRehearsal };
		results.push((await api.post<BulkResult>('/api/issues/bulk', body)).data);
	}
	return {
		changed: results.flatMap((result) => result.changed),
		unchanged: results.flatMap((result) => result.unchanged),
		refused: results.flatMap((result) => result.refused)
	};
}

/** The edits that take a result back. */
export function undoOf({ changed }: BulkResult): Plan[] {
	return grouped(changed.map(({ key, changed: fields }) => ({ key, patch: oldOf(fields) })));
}

function oldOf(changed: Changed): IssuePatch {
	const patch: Record<string, unknown> = {};
	for (const [field, { old }] of Object.entries(changed)) {
		if (field === 'assignee') patch.assignee_id = (old as Person | null)?.id ?? null;
		else if (field !== 'resolution' || old !== null) patch[field] = old;
	}
	return patch;
}

const NAMED = 4;

/** `SCN-208 from Jonas, DEP-402 from Ines` */
export const changesText = (result: BulkResult): string =>
	few(result.changed.map(({ key, changed }) => m.list_from({ key, old: oldWord(changed) })));

/** `DEP-395, DEP-402 and 3 more` */
export const keysText = (keys: readonly string[]): string => few(keys);

/** `DEP-395: The issue can't go from this status to that one` */
export const refusedText = (result: BulkResult): string =>
	few(result.refused.map(({ key, detail }) => `${key}: ${detail}`));

function few(all: readonly string[]): string {
	const named = all.slice(0, NAMED).join(', ');
	const rest = all.length - NAMED;
	return rest > 0 ? `${named} ${m.list_and_more({ n: rest })}` : named;
}

function oldWord(changed: Changed): string {
	const [field, change] = Object.entries(changed).find(([name]) => name !== 'resolution') ?? [];
	const old = change?.old;
	if (field === 'status') return statusWord(old as Parameters<typeof statusWord>[0]);
	if (field === 'assignee') return (old as Person | null)?.name.split(' ')[0] ?? m.nobody();
	if (Array.isArray(old)) return old.length > 0 ? old.join(', ') : m.list_no_label();
	return old === null || old === undefined ? m.list_due_none() : String(old);
}
