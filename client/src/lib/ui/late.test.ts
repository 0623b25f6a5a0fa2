import { describe, expect, it } from 'vitest';
import { Late } from './late.svelte.ts';

/** A network whose answers are given one by one. */
function network() {
	const asked: { answer: (part: string) => void; fail: () => void }[] = [];
	const load = () =>
		new Promise<{ default: string }>((resolve, reject) => {
			asked.push({
				answer: (part) => resolve({ default: part }),
				fail: () => reject(new Error('no network'))
			});
		});
	return { asked, load };
}

describe('a part that comes late', () => {
	it('is fetched once, however often it is wanted', async () => {
		const { asked, load } = network();
		const late = new Late(load);
		expect([late.part, asked.length]).toEqual([undefined, 0]);
		const both = [late.fetch(), late.fetch()];
		asked[0]?.answer('menu');
		await Promise.all(both);
		await late.fetch();
		expect([late.part, asked.length]).toEqual(['menu', 1]);
	});

	it('is asked for anew when it could not be had', async () => {
		const { asked, load } = network();
		const late = new Late(load);
		const first = late.fetch();
		asked[0]?.fail();
		await first;
		expect(late.part).toBeUndefined();
		const second = late.fetch();
		asked[1]?.answer('menu');
		await second;
		expect(late.part).toBe('menu');
	});
});
