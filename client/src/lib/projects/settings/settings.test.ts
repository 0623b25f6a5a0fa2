import { describe, expect, it } from 'vitest';
import type { Workflow } from '#lib/api/types.ts';
import { isKey, keyFor, timezones } from './words.ts';
import { flat, isLimit, limitField, moveField, unflat } from './workflow.ts';

const workflow: Workflow = {
	transitions: [
		{ role: 'MAINTAINER', from: 'OPEN', to: 'TRIAGED' },
		{ role: 'ADMIN', from: 'DONE', to: 'OPEN' }
	],
	wip_limits: { IN_PROGRESS: 8 },
	version: 4
};

describe('a workflow as fields', () => {
	it('comes back as it was', () => {
		const fields = flat(workflow);
		const { transitions, wip_limits } = workflow;
		expect(unflat((field) => fields[field] ?? false)).toEqual({ transitions, wip_limits });
	});

	it('a tick and a limit are what is sent', () => {
		const fields = {
			...flat(workflow),
			[moveField('MAINTAINER', 'OPEN', 'DONE')]: true,
			[moveField('ADMIN', 'DONE', 'OPEN')]: false,
			[limitField('IN_PROGRESS')]: '',
			[limitField('TRIAGED')]: ' 12 '
		};
		expect(unflat((field) => fields[field] ?? false)).toEqual({
			transitions: [
				{ role: 'MAINTAINER', from: 'OPEN', to: 'TRIAGED' },
				{ role: 'MAINTAINER', from: 'OPEN', to: 'DONE' }
			],
			wip_limits: { TRIAGED: 12 }
		});
	});

	it.each([
		['', true],
		['1', true],
		['10000', true],
		['0', false],
		['10001', false],
		['1.5', false],
		['eight', false]
	])('limit %j is fine: %j', (text, fine) => expect(isLimit(text)).toBe(fine));
});

describe('keys of projects', () => {
	it.each([
		['Scanner', 'SCA'],
		['Loading dock', 'LD'],
		['Über uns', 'UU'],
		['3D prints', 'DP'],
		['42', ''],
		['a b c d e f g h i j k l', 'ABCDEFGHIJ']
	])('%s suggests %j', (name, key) => {
		expect(keyFor(name)).toBe(key);
		if (key.length > 1) expect(isKey(key)).toBe(true);
	});

	it.each(['', 'A', 'trk', '1AB', 'ABCDEFGHIJK', 'A-B'])('%j is none', (key) =>
		expect(isKey(key)).toBe(false)
	);
});

it('UTC comes first, and once', () => {
	expect(timezones()[0]).toBe('UTC');
	expect(new Set(timezones()).size).toBe(timezones().length);
});
