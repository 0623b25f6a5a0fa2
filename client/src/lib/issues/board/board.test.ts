import { describe, expect, it } from 'vitest';
import type { Workflow } from '#lib/api/types.ts';
import { beside, isOld, limitOf, slotAt } from './moves.ts';
import { step } from './steps.ts';

describe('columns', () => {
	it('lie side by side, and the outer ones have an end', () => {
		expect(beside('OPEN', 1)).toBe('TRIAGED');
		expect(beside('OPEN', -1)).toBe('OPEN');
		expect(beside('DONE', 1)).toBe('DONE');
		expect(beside('DONE', -1)).toBe('IN_PROGRESS');
	});

	it('open the slot where the card will stand, or as near as can be seen', () => {
		expect(slotAt(3, 0, 5)).toBe(3);
		expect(slotAt(0, 4, 9)).toBe(4);
		expect(slotAt(80, 4, 9)).toBe(10);
		expect(slotAt(0, 0, -1)).toBe(0);
	});

	it('have the limit of all projects together, or none', () => {
		const flow = (limits: Workflow['wip_limits']) => ({
			transitions: [],
			wip_limits: limits,
			version: 1
		});
		expect(limitOf('TRIAGED', [flow({ TRIAGED: 12 }), flow({ TRIAGED: 8 })])).toBe(20);
		expect(limitOf('TRIAGED', [flow({ TRIAGED: 12 }), flow({})])).toBeNull();
		expect(limitOf('TRIAGED', [flow({ TRIAGED: 12 }), undefined])).toBeNull();
		expect(limitOf('TRIAGED', [])).toBeNull();
	});

	it('show age against what is usual', () => {
		const day = 86_400_000;
		expect(isOld(0, 8 * day, 7)).toBe(true);
		expect(isOld(0, 7 * day, 7)).toBe(false);
		expect(isOld(0, 99 * day, null)).toBe(false);
	});
});

describe('the keyboard', () => {
	const columns = [['a1', 'a2', 'a3'], [], ['c1'], ['d1', 'd2']];

	it.each([
		['down', null, 'a1'],
		['down', 'a1', 'a2'],
		['up', 'a1', 'a1'],
		['down', 'a3', 'a3'],
		['right', 'a3', 'c1'],
		['left', 'c1', 'a1'],
		['left', 'a2', 'a2'],
		['right', 'd2', 'd2'],
		['left', 'd2', 'c1'],
		['right', 'gone', 'a1']
	] as const)('%s from %s is %s', (direction, from, expected) =>
		expect(step(direction, from, columns)).toBe(expected)
	);

	it('has nowhere to go on an empty board', () => expect(step('down', null, [[], []])).toBeNull());
});
