import type { IssueSummary } from '#lib/api/types.ts';

/** An issue for tests; say what matters. */
export function issueOf(over: Partial<IssueSummary>): IssueSummary {
	return {
		id: 12,
		key: 'TRK-12',
		project: 'TRK',
		title: 'Scanner freezes',
		status: 'OPEN',
		resolution: null,
		severity: 'MEDIUM',
		priority: 'MEDIUM',
		reporter: { id: 3, name: 'Lea Sommerlin' },
		assignee: null,
		labels: [],
		due_on: null,
		watchers_count: 1,
		comments_count: 0,
		attachments_count: 0,
		version: 1,
		created_at: '2026-11-17T14:12:00.000000Z',
		updated_at: '2026-11-17T14:12:00.000000Z',
		done_at: null,
		status_since: '2026-11-17T14:12:00.000000Z',
		...over
	};
}
