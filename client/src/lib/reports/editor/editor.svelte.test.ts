import { flushSync } from 'svelte';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { reportOf } from '../testing.ts';
import type { Dataset, DatasetSource, Recipient } from '../types.ts';
import { chartOptions, groupOptions, regrouped, shownColumns, titleIn, turned } from './catalog.ts';
import { definitionNew, editedOf, sent, sentSchedule } from './definition.ts';
import { ReportDraft } from './draft.svelte.ts';
import { freeName, readDefault } from './parameters.ts';
import { keyOf, nameOf, offersFor } from './recipients.ts';
import { failuresFor, spansFor, spanText } from './spans.ts';
import { inserted, stretchesOf, variableOf } from './variables.ts';
import { readWhen } from './when.ts';

const TZ = 'Europe/Berlin';

describe('when', () => {
	it('is words or cron, with a zone if it names one', () => {
		expect(readWhen('every weekday 08:00 Europe/Berlin')).toEqual({
			cron: null,
			when: 'every weekday 08:00',
			tz: TZ
		});
		expect(readWhen('0 8 * * 1-5')).toEqual({ cron: '0 8 * * 1-5', when: null, tz: null });
		expect(readWhen('*/15 * * * * UTC')).toEqual({ cron: '*/15 * * * *', when: null, tz: 'UTC' });
		expect(readWhen('every Monday 08:00 Europe/Berl')).toMatchObject({
			when: 'every Monday 08:00 Europe/Berl',
			tz: null
		});
		expect(readWhen('  ')).toEqual({ cron: null, when: null, tz: null });
		expect(readWhen('first Monday of the month').when).toBe('first Monday of the month');
	});

	it('keeps the very cron while nobody touches the words', () => {
		const { schedule } = editedOf(reportOf(), 'UTC');
		expect(schedule.text).toBe('every weekday at 08:00 Europe/Berlin');
		expect(sentSchedule({ ...schedule, overlap: 'queue' })).toMatchObject({
			cron: '0 8 * * 1-5',
			tz: TZ,
			overlap: 'queue'
		});
		const typed = sentSchedule({ ...schedule, text: 'every Friday 17:00', cron: null });
		expect(typed).toMatchObject({ when: 'every Friday 17:00', tz: TZ });
		expect(typed).not.toHaveProperty('cron');
		expect(sentSchedule({ ...schedule, text: '', cron: null })).toBeNull();
	});
});

describe('spans', () => {
	it('are said in the largest unit', () => {
		expect([90, 1800, 7200, 86_400].map(spanText)).toEqual(['90 s', '30 min', '2 h', '1 d']);
		expect(spansFor(5400).map(({ value }) => value)).toContain(5400);
		expect(
			failuresFor(3)
				.map(({ label }) => label)
				.slice(0, 3)
		).toEqual(['Never', '1 failure', '3 failures']);
	});
});

describe('recipients', () => {
	const world = {
		people: [{ id: 5, name: 'Priya Sandaru' }],
		projects: [{ key: 'DEP', name: 'Depot' }]
	};
	const names = (text: string, held: Recipient[] = []) =>
		offersFor(text, held, world).map(({ label }) => label);

	it('are offered by role, person, address and webhook', () => {
		expect(names('maint')).toEqual(['Maintainers', 'Maintainers of Depot']);
		expect(names('priya')).toEqual(['Priya Sandaru']);
		expect(names('ines@depot.internal')).toEqual(['ines@depot.internal']);
		expect(names('ines@depot')).toEqual([]);
		expect(offersFor('https://wall/hook', [], world)[0]?.recipient.kind).toBe('webhook');
	});

	it('are offered once', () => {
		const held: Recipient = { kind: 'role', role: 'MAINTAINER', project: null };
		expect(names('maint', [held])).toEqual(['Maintainers of Depot']);
		expect(keyOf({ kind: 'email', address: 'A@b.c' })).toBe(
			keyOf({ kind: 'email', address: 'a@B.c' })
		);
	});

	it('are named in a few words', () => {
		expect(nameOf({ kind: 'user', user_id: 5 }, world)).toBe('Priya Sandaru');
		expect(nameOf({ kind: 'user', user_id: 6 }, world)).toBe('Person 6');
		expect(nameOf({ kind: 'role', role: 'REPORTER', project: 'DEP' }, world)).toBe(
			'Reporters of Depot'
		);
		expect(nameOf({ kind: 'webhook', url: 'https://wall.example/x?s=1' }, world)).toBe(
			'Webhook: wall.example'
		);
	});
});

describe('variables', () => {
	it('are cut out of the words, which joined again are the words', () => {
		const text = 'Triage {{date}}: {{ Done this week }} done, {{oops}} {{';
		const stretches = stretchesOf(text, ['date', 'done_this_week']);
		expect(stretches.map((one) => one.text).join('')).toBe(text);
		expect(stretches.flatMap(({ name, isUnknown }) => (name ? [[name, isUnknown]] : []))).toEqual([
			['date', false],
			['done_this_week', false],
			['oops', true]
		]);
		expect(stretchesOf('{{x}}', null)[0]?.isUnknown).toBe(false);
	});

	it('are put where the caret is', () => {
		expect(inserted('a  b', 'rows', 2, 2)).toEqual({ text: 'a {{rows}} b', caret: 10 });
		expect(variableOf('p85 age (days)')).toBe('p85_age_days');
	});
});

describe('parameters', () => {
	it('have names of their own and values of their type', () => {
		const since = {
			name: 'since',
			type: 'date',
			default: null,
			label: '',
			required: false
		} as const;
		expect([freeName([]), freeName([since])]).toEqual(['since', 'p2']);
		expect(readDefault('12', 'integer')).toBe(12);
		expect(readDefault('twelve', 'integer')).toBe('twelve');
		expect(readDefault('-7d', 'date')).toBe('-7d');
		expect(readDefault('true', 'boolean')).toBe(true);
		expect([readDefault(' ', 'text'), readDefault('me', 'person')]).toEqual([null, 'me']);
	});
});

describe('the builder', () => {
	const column = (name: string, type: string, group: string[] = []) => ({
		name,
		title: name[0]?.toUpperCase() + name.slice(1),
		type,
		description: '',
		filter: null,
		group,
		shown: true
	});
	const dataset: Dataset = {
		name: 'issues',
		title: 'Issues',
		description: '',
		columns: [
			column('project', 'text', ['project']),
			column('created', 'timestamp', ['created_day', 'created_week'])
		],
		measures: [
			{ name: 'count', title: 'Issues', type: 'integer', unit: 'issues', description: '' }
		],
		default_columns: ['project', 'created'],
		default_measures: ['count'],
		default_sort: [],
		key_column: 'key',
		parameters: [],
		filter_help: '',
		example: {} as DatasetSource
	};
	const source: DatasetSource = {
		kind: 'dataset',
		dataset: 'issues',
		filter: '',
		columns: ['created'],
		group_by: [],
		sort: ['-created']
	};

	it('names columns, their steps and measures', () => {
		expect(
			['-created', 'created_week', 'count', 'what'].map((name) => titleIn(dataset, name))
		).toEqual(['Created', 'Created, by week', 'Issues', 'what']);
		expect(groupOptions(dataset).map(({ value }) => value)).toEqual([
			'project',
			'created_day',
			'created_week'
		]);
		expect(chartOptions(source, dataset, []).upwards.map(({ value }) => value)).toEqual(['count']);
	});

	it('shows other things once it groups, and lets go of what no longer fits', () => {
		const grouped = regrouped(source, ['project']);
		expect(grouped).toMatchObject({ group_by: ['project'], columns: [], sort: [] });
		expect(shownColumns(grouped, dataset)).toEqual(['count']);
		expect(regrouped({ ...grouped, sort: ['-project'] }, ['project', 'created_day']).sort).toEqual([
			'-project'
		]);
		expect([turned('created'), turned('-created')]).toEqual(['-created', 'created']);
	});
});

describe('a draft', () => {
	const kept = new Map<string, string>();
	beforeEach(() => {
		kept.clear();
		vi.stubGlobal('localStorage', {
			getItem: (key: string) => kept.get(key) ?? null,
			setItem: (key: string, value: string) => void kept.set(key, value),
			removeItem: (key: string) => void kept.delete(key)
		});
	});

	function drafted(place: string | null = null) {
		let report = $state.raw(reportOf());
		const draft = new ReportDraft(() => editedOf(report, TZ), place);
		return { draft, become: (over: object) => (report = reportOf(over)) };
	}

	it('follows the report where it was not touched', () => {
		const { draft, become } = drafted();
		draft.set('formats', ['csv']);
		become({ name: 'Another', version: 2 });
		flushSync();
		expect([draft.get('name'), draft.get('formats')]).toEqual(['Another', ['csv']]);
		expect(draft.changes).toEqual({ formats: ['csv'] });
		expect(draft.clashes).toEqual([]);
	});

	it('says where two changed the same, and lets one of them win', () => {
		const { draft, become } = drafted();
		draft.set('name', 'Mine');
		become({ name: 'Hers', version: 2 });
		flushSync();
		expect(draft.clashes).toEqual(['name']);
		draft.insist('name');
		expect([draft.clashes, draft.get('name')]).toEqual([[], 'Mine']);
		draft.drop('name');
		expect([draft.get('name'), draft.isDirty]).toEqual(['Hers', false]);
	});

	it('is clean again when what was typed is what there is', () => {
		const { draft } = drafted();
		draft.set('name', 'x');
		expect(draft.isDirty).toBe(true);
		draft.set('name', 'Weekday triage summary');
		expect(draft.isDirty).toBe(false);
	});

	it('outlives the page, without its secrets', () => {
		const hook: Recipient = { kind: 'webhook', url: 'https://wall/hook', secret: 's'.repeat(24) };
		drafted('place').draft.set('recipients', [hook]);
		expect(kept.get('place')).not.toContain('sss');
		expect(drafted('place').draft.get('recipients')).toEqual([
			{ kind: 'webhook', url: 'https://wall/hook' }
		]);
		drafted('place').draft.drop();
		expect(kept.has('place')).toBe(false);
	});

	it('is sent without what only the server knows', () => {
		const edited = definitionNew(TZ);
		const recipients: Recipient[] = [{ kind: 'webhook', url: 'https://wall/x', has_secret: true }];
		expect(sent({ ...edited, recipients })).toMatchObject({
			schedule: null,
			recipients: [{ kind: 'webhook', url: 'https://wall/x' }]
		});
		expect(sent({ name: 'x' })).toEqual({ name: 'x' });
	});
});
