import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import { issues } from './collection.svelte.ts';
import { editIssue, saveText, watchIssue } from './commands.ts';
import { issueOf } from './testing.ts';

const detail = (over: object) => ({
	...issueOf({ key: 'TRK-1' }),
	description: '',
	description_html: '',
	...over
});
const refusal = (status: number, body: object) =>
	new Response(JSON.stringify({ title: 'No', ...body }), { status });
const fetched = vi.fn<(path: string, init: RequestInit) => Promise<Response>>();

beforeEach(() => {
	vi.stubGlobal('fetch', fetched);
	issues.put(detail({}));
});
afterEach(() => {
	issues.clear();
	fetched.mockReset();
	toasts.shown = [];
	vi.unstubAllGlobals();
});

describe('an edit', () => {
	it('shows before the server has answered, and its answer makes it so', async () => {
		let answer: (response: Response) => void = () => undefined;
		fetched.mockReturnValue(new Promise((resolve) => (answer = resolve)));
		const done = editIssue('TRK-1', { status: 'TRIAGED', assignee: { id: 4, name: 'Tomo' } });
		expect(issues.get('TRK-1')).toMatchObject({ status: 'TRIAGED', assignee: { name: 'Tomo' } });
		expect(issues.saved('TRK-1')).toMatchObject({ status: 'OPEN' });
		await vi.waitFor(() => expect(fetched).toHaveBeenCalledOnce());
		expect(JSON.parse(String(fetched.mock.calls[0]?.[1].body))).toEqual({
			status: 'TRIAGED',
			assignee_id: 4
		});
		answer(Response.json(detail({ status: 'TRIAGED', version: 2 })));
		expect(await done).toBe(true);
		expect(issues.isWaiting('TRK-1')).toBe(false);
		expect(issues.get('TRK-1')).toMatchObject({ status: 'TRIAGED', version: 2 });
	});

	it('is taken back with the reason and the legal step when refused', async () => {
		fetched.mockResolvedValueOnce(
			refusal(409, { code: 'illegal_transition', from: 'OPEN', to: 'DONE', legal: ['TRIAGED'] })
		);
		expect(await editIssue('TRK-1', { status: 'DONE' })).toBe(false);
		expect(issues.get('TRK-1')).toMatchObject({ status: 'OPEN', resolution: null });
		expect(toasts.shown).toMatchObject([
			{ tone: 'refused', subject: 'TRK-1 stays Open.', action: { label: 'Set Triaged' } }
		]);
		fetched.mockResolvedValueOnce(Response.json(detail({ status: 'TRIAGED', version: 2 })));
		toasts.shown[0]?.action?.run();
		await vi.waitFor(() => expect(issues.saved('TRK-1')?.status).toBe('TRIAGED'));
	});

	it('refused while another waits: that one stays', async () => {
		fetched.mockResolvedValueOnce(refusal(403, { code: 'forbidden', detail: 'Not yours' }));
		fetched.mockResolvedValueOnce(Response.json(detail({ severity: 'HIGH', version: 2 })));
		const both = [
			editIssue('TRK-1', { priority: 'URGENT' }),
			editIssue('TRK-1', { severity: 'HIGH' })
		];
		expect(issues.get('TRK-1')).toMatchObject({ priority: 'URGENT', severity: 'HIGH' });
		expect(await Promise.all(both)).toEqual([false, true]);
		expect(issues.get('TRK-1')).toMatchObject({ priority: 'MEDIUM', severity: 'HIGH' });
	});
});

describe('text that was typed over what others may have changed', () => {
	const stale = () => refusal(412, { code: 'stale_version' });

	it('merges when it was another field', async () => {
		fetched
			.mockResolvedValueOnce(stale())
			.mockResolvedValueOnce(Response.json(detail({ version: 2, severity: 'HIGH' })))
			.mockResolvedValueOnce(
				Response.json(detail({ version: 3, severity: 'HIGH', title: 'Mine' }))
			);
		const outcome = await saveText('TRK-1', 'title', 'Scanner freezes', 'Mine');
		expect(outcome).toMatchObject({ kind: 'saved', issue: { title: 'Mine', severity: 'HIGH' } });
		const versions = fetched.mock.calls.map(
			([, init]) => (init.headers as Record<string, string>)?.['If-Match']
		);
		expect(versions).toEqual(['"1"', undefined, '"2"']);
	});

	it('writes nothing over the same field, and gives both', async () => {
		fetched
			.mockResolvedValueOnce(stale())
			.mockResolvedValueOnce(Response.json(detail({ version: 2, title: 'Theirs' })));
		const outcome = await saveText('TRK-1', 'title', 'Scanner freezes', 'Mine');
		expect(outcome).toMatchObject({ kind: 'conflict', theirs: { title: 'Theirs' } });
		expect(fetched).toHaveBeenCalledTimes(2);
	});

	it('a refusal leaves the text with the writer', async () => {
		fetched.mockResolvedValueOnce(
			refusal(422, { code: 'invalid_input', errors: [{ field: 'title', message: 'is empty' }] })
		);
		const outcome = await saveText('TRK-1', 'title', 'Scanner freezes', '');
		expect(outcome.kind === 'refused' && outcome.problem.of('title')).toBe('is empty');
	});
});

describe('watching', () => {
	it('shows at once and stays', async () => {
		fetched.mockResolvedValueOnce(Response.json({ watching: true, watchers_count: 2 }));
		const done = watchIssue('TRK-1', true);
		expect(issues.get('TRK-1')?.watching).toBe(true);
		await done;
		expect(issues.saved('TRK-1')?.watching).toBe(true);
	});
});
