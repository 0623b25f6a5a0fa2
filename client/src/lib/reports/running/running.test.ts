import { describe, expect, it } from 'vitest';
import { factsOf } from '../receipt/facts.ts';
import { issuesHref } from '../issues_link.ts';
import { runOf } from '../testing.ts';
import type { DatasetSource, Parameter, RunOut } from '../types.ts';
import { sqlRefusal } from '../words.ts';
import { givenOf, optionsFor, typedOf, valueText } from './values.ts';

const parameter = (name: string, over: Partial<Parameter> = {}): Parameter => ({
	name,
	type: 'text',
	default: null,
	label: '',
	required: false,
	...over
});
const PARAMETERS = [
	parameter('since', { type: 'date', default: '-7d', label: 'Since' }),
	parameter('most', { type: 'integer', default: 10 }),
	parameter('only_open', { type: 'boolean', default: true }),
	parameter('who', { type: 'person', default: 'me' })
];
const WORLD = {
	projects: [{ key: 'DEP', name: 'Depot' }],
	people: [{ id: 5, name: 'Priya Sandaru' }]
};

describe('the values of a run by hand', () => {
	const typed = typedOf(PARAMETERS);

	it('begin as the usual ones, and then nothing is sent', () => {
		expect(typed).toEqual({ since: '-7d', most: '10', only_open: 'true', who: 'me' });
		expect(givenOf(PARAMETERS, typed)).toEqual({});
	});

	it('are sent as what they are, those alone that differ; none as null', () => {
		const changed = { ...typed, since: '2026-11-01', most: '25', only_open: '', who: '5' };
		expect(givenOf(PARAMETERS, changed)).toEqual({
			since: '2026-11-01',
			most: 25,
			only_open: null,
			who: 5
		});
		expect(givenOf(PARAMETERS, { ...typed, most: 'ten' })).toEqual({ most: 'ten' });
	});

	it('are chosen where there is something to choose from', () => {
		const values = (one: Parameter, held = '') =>
			optionsFor(one, held, WORLD)?.map(({ value }) => value);
		expect(values(parameter('p', { type: 'project' }))).toEqual(['', 'DEP']);
		expect(values(parameter('p', { type: 'project', required: true }), 'OLD')).toEqual([
			'DEP',
			'OLD'
		]);
		expect(values(parameter('p', { type: 'person' }))).toEqual(['', 'me', '5']);
		expect(values(parameter('p', { type: 'date' }))).toBeUndefined();
	});

	it('are said in the receipt by their labels', () => {
		const run: RunOut = {
			...runOf(),
			report: { id: 1, name: 'x' },
			parameters: { since: '2026-11-01', who: 5, gone: null },
			moment: null,
			files: [],
			deliveries: [],
			log: []
		};
		const world = { parameters: PARAMETERS, people: WORLD.people, onversion: () => undefined };
		const facts = factsOf(run, undefined, { ...world, issues: '/issues?q=x' });
		const said = Object.fromEntries(facts.map(({ label, text }) => [label, text]));
		expect(said).toMatchObject({ Since: '2026-11-01', who: 'Priya Sandaru', gone: '–' });
		expect(facts.filter(({ href }) => href).map(({ label }) => label)).toEqual([
			'As of event',
			'Rows'
		]);
		expect(valueText('me', PARAMETERS[3], [])).toBe('Whoever reads it');
	});
});

describe('the issues behind a number', () => {
	const source = (over: Partial<DatasetSource> = {}): DatasetSource => ({
		kind: 'dataset',
		dataset: 'issues',
		filter: 'is:open severity>=high',
		columns: [],
		group_by: [],
		sort: [],
		...over
	});
	const href = (over: Partial<DatasetSource>, values = {}, isMine = true) =>
		issuesHref(source(over), { values, isMine });

	it('are a query of the list', () => {
		expect(href({})).toBe('/issues?q=is%3Aopen%20severity%3E%3Dhigh');
		expect(href({ filter: ' ' })).toBe('/issues');
	});

	it('are none where a row is no issue', () => {
		expect(href({ group_by: ['project'] })).toBeNull();
		expect(href({ dataset: 'comments' })).toBeNull();
		expect(issuesHref({ kind: 'sql', sql: 'SELECT 1' }, { isMine: true })).toBeNull();
		expect(issuesHref(null, { isMine: true })).toBeNull();
	});

	it('take the values of parameters, as far as they are known and can be written', () => {
		const filter = 'created>=$since label:$label';
		const said = (values: object) => decodeURIComponent(href({ filter }, values) ?? 'none');
		expect(said({ since: '2026-11-01', label: 'needs info' })).toBe(
			'/issues?q=created>=2026-11-01 label:"needs info"'
		);
		expect(said({ since: '2026-11-01' })).toBe('none');
		expect(said({ since: '2026-11-01', label: 'a"b' })).toBe('none');
		expect(href({ filter: 'created>=:since' }, { since: '2026-11-01' })).toBeNull();
		expect(href({ filter: '"costs $five" is:open' }, { five: 5 })).toBeNull();
	});

	it('that are everybody’s own are only opened by whose they are', () => {
		expect(href({ filter: 'assignee:me' })).toBe('/issues?q=assignee%3Ame');
		expect(href({ filter: 'assignee:me' }, {}, false)).toBeNull();
		expect(href({ filter: 'is:watching' }, {}, false)).toBeNull();
		expect(href({ filter: 'name:meadow' }, {}, false)).not.toBeNull();
	});
});

describe('SQL', () => {
	const abilities = {
		make: true,
		sql: false,
		sql_refusal: 'SQL is for admins',
		ask: [
			{ id: 1, name: 'Mara Velling' },
			{ id: 2, name: 'Tomo Adeyar' }
		],
		often: false,
		sends_mail: true
	};
	it('that is refused says why, and whom to ask', () => {
		expect(sqlRefusal(abilities)).toBe('SQL is for admins. Ask Mara Velling or Tomo Adeyar.');
		expect(sqlRefusal({ ...abilities, ask: [], sql_refusal: 'It is off.' })).toBe('It is off.');
		expect([sqlRefusal(null), sqlRefusal({ ...abilities, sql_refusal: null })]).toEqual([
			null,
			null
		]);
	});
});
