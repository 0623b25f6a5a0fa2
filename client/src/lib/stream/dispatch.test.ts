import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { issueOf } from '#lib/issues/testing.ts';
import { changesOf, type Change } from './dispatch.ts';
import { EVENT_TYPES, narrow, type TracklyEvent } from './events.ts';

const at = '2026-11-20T09:41:12.123456Z';
const actor = { id: 4, name: 'Tomo Adeyar' };
const issue = issueOf({ key: 'TRK-1', id: 1 });
const of = (type: string, body: object): readonly Change[] => {
	const event = narrow(type, { type, at, actor, project: 'TRK', ...body });
	if (!event) throw new Error(`${type} was not believed`);
	return changesOf(event);
};

describe('what an event means', () => {
	it('an issue in an event is the issue', () => {
		for (const type of ['issue.created', 'issue.updated'])
			expect(of(type, { issue, version: 1, changed: {} })).toEqual([{ kind: 'issue', issue }]);
		expect(of('issue.deleted', { issue: { id: 1, key: 'TRK-1' } })).toEqual([
			{ kind: 'issue-gone', id: 1, key: 'TRK-1' }
		]);
	});

	it('comments and files bring their issue along', () => {
		const comment = { id: 5, issue: 'TRK-1', body_html: '<p>x</p>' };
		expect(of('comment.created', { issue, comment })).toEqual([
			{ kind: 'issue', issue },
			{ kind: 'comment', comment }
		]);
		expect(of('attachment.deleted', { issue, attachment: { id: 'u' } })).toEqual([
			{ kind: 'issue', issue },
			{ kind: 'attachment-gone', issue: 'TRK-1', id: 'u' }
		]);
	});

	it('a watcher is a person, who may be the reader', () => {
		expect(of('watcher.removed', { issue, watcher: actor })[1]).toEqual({
			kind: 'watching',
			issue: 'TRK-1',
			userId: 4,
			watching: false
		});
	});

	it('a member who is removed has no role', () => {
		expect(of('member.removed', { member: { user_id: 4, role: 'REPORTER' } })).toEqual([
			{ kind: 'member', project: 'TRK', userId: 4, role: null }
		]);
	});
});

const EXAMPLES = new URL('../../../../docs/api/events/', import.meta.url);

/** The server's own tests write one real example of each type. */
describe.runIf(existsSync(EXAMPLES))('the examples of the server', () => {
	const files = existsSync(EXAMPLES)
		? readdirSync(EXAMPLES).filter((name) => name.endsWith('.json'))
		: [];

	it.each(files)('%s is believed and means something', (file) => {
		const body: unknown = JSON.parse(readFileSync(new URL(file, EXAMPLES), 'utf8'));
		const event = narrow(file.replace('.json', ''), body);
		expect(event).not.toBeNull();
		expect(changesOf(event as TracklyEvent).length).toBeGreaterThan(0);
	});

	it('there is one for each type that is handled here', () => {
		expect(EVENT_TYPES.filter((type) => !files.includes(`${type}.json`))).toEqual([]);
	});
});
