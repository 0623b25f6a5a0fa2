import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReportActs } from './acts.svelte.ts';
import { reportOf } from './testing.ts';
import type { ReportOut, VersionOut } from './types.ts';
import { ReportsView } from './view.svelte.ts';

describe('what is done with a report that somebody else changed meanwhile', () => {
	afterEach(() => void vi.unstubAllGlobals());

	/** A server that has the third version of a report, and a page that knows the second. */
	function opened(): { acts: ReportActs; view: ReportsView; changes: string[] } {
		let there: ReportOut | null = reportOf({ version: 3, is_active: false });
		const changes: string[] = [];
		vi.stubGlobal('fetch', async (_path: string, { method, headers }: RequestInit) => {
			if (there === null) return Response.json({}, { status: 404 });
			if (!method) return Response.json(there);
			const isNewest = new Headers(headers).get('If-Match') === `"${there.version}"`;
			changes.push(`${method} ${isNewest}`);
			if (!isNewest) return Response.json({ status: 412, title: 'Stale' }, { status: 412 });
			there = method === 'DELETE' ? null : { ...there, version: 4, is_active: true };
			return there ? Response.json(there) : new Response(null, { status: 204 });
		});
		const view = new ReportsView({ userId: 1, tz: 'UTC' });
		view.reports.put(reportOf({ version: 2, is_active: false }));
		return { acts: new ReportActs(view), view, changes };
	}
	const known = (view: ReportsView) => view.reports.get(1) as ReportOut;

	it('is refused, and the next try is of what they made of it', async () => {
		const { acts, view, changes } = opened();
		const version = { version: 1, definition: {} } as VersionOut;
		await expect(acts.goBack(known(view), version)).rejects.toMatchObject({ status: 412 });
		expect(known(view).version).toBe(3);
		await acts.goBack(known(view), version);
		expect(changes).toEqual(['PUT false', 'PUT true']);
		expect(known(view).version).toBe(4);
	});

	it('is so when it is switched on, and when it is deleted', async () => {
		const first = opened();
		await first.acts.switchOn(known(first.view));
		expect(known(first.view).is_active).toBe(false);
		await first.acts.switchOn(known(first.view));
		expect(first.changes).toEqual(['PATCH false', 'PATCH true']);
		expect(known(first.view).is_active).toBe(true);
		const second = opened();
		expect(await second.acts.remove(known(second.view))).toBe(false);
		expect(await second.acts.remove(known(second.view))).toBe(true);
		expect(second.changes).toEqual(['DELETE false', 'DELETE true']);
		expect(second.view.reports.get(1)).toBeUndefined();
	});
});
