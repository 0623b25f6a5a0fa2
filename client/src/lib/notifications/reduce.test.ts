import { describe, expect, it } from 'vitest';
import { withNotice, withRead } from './reduce.ts';
import type { Notice } from './types.ts';

const notice = (id: number, read_at: string | null = null): Notice => ({
	id,
	kind: 'report_ready',
	title: `no ${id}`,
	body: '',
	link: null,
	ref: null,
	version: 1,
	created_at: '2026-11-20T09:41:12.123456Z',
	read_at
});
const AT = '2026-11-20T10:00:00.000000Z';

describe('an inbox', () => {
	it('has a new line on top, once', () => {
		const held = withNotice([notice(1)], notice(2));
		expect(held.map(({ id }) => id)).toEqual([2, 1]);
		expect(withNotice(held, notice(2))).toBe(held);
	});

	it('marks some as read, and leaves those that were', () => {
		const held = withRead([notice(3), notice(2, 'before'), notice(1)], {
			ids: [1, 2],
			through: 3,
			read_at: AT
		});
		expect(held.map(({ read_at }) => read_at)).toEqual([null, 'before', AT]);
	});

	it('marks all as read up to the one that was the newest then', () => {
		const held = withRead([notice(3), notice(2)], { ids: null, through: 2, read_at: AT });
		expect(held.map(({ read_at }) => read_at)).toEqual([null, AT]);
	});
});
