import { afterEach, describe, expect, it, vi } from 'vitest';
import { Opened } from '#lib/kit/opened.svelte.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { SourceCollection } from './collection.svelte.ts';
import { tableOf } from './testing.ts';

const event = { type: 'source.deleted', at: '', actor: null, version: 9 };
const gone = (id: number) => ({ ...event, source: { id, name: '' } }) as unknown as TracklyEvent;

describe('the table that is open', () => {
	afterEach(() => void vi.unstubAllGlobals());

	/** The page with two tables. `looks`: the one that is open, whose first rows are asked for; undefined = none. */
	async function page() {
		const items = [tableOf({ id: 1, name: 'Crews' }), tableOf({ id: 2, name: 'Docks' })];
		vi.stubGlobal('fetch', async () => Response.json({ items, next: null }));
		const sources = new SourceCollection();
		const opened = new Opened();
		const looks = (asked: number | null = null) => {
			const id = opened.of(asked, sources.list[0]?.id);
			return id === null ? undefined : sources.get(id)?.name;
		};
		expect(looks()).toBeUndefined();
		await sources.load();
		return { sources, opened, looks };
	}

	it('is the first, and the rows of no other one are asked for when somebody deletes it', async () => {
		const { sources, looks } = await page();
		expect(looks()).toBe('Crews');
		await sources.take(gone(1));
		expect(looks()).toBeUndefined();
		await sources.take(gone(2));
		expect(looks()).toBeUndefined();
	});

	it('stays when somebody adds one that comes before it', async () => {
		const { sources, looks } = await page();
		expect(looks()).toBe('Crews');
		sources.put(tableOf({ id: 3, name: 'Aisles' }));
		expect(looks()).toBe('Crews');
	});

	it('is the one that the address names, and the first again when the reader takes a step', async () => {
		const { sources, opened, looks } = await page();
		expect([looks(), looks(2)]).toEqual(['Crews', 'Docks']);
		sources.drop(1);
		expect(looks()).toBeUndefined();
		opened.again();
		expect(looks()).toBe('Docks');
	});
});
