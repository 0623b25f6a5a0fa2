import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProjectCollection } from './collection.svelte.ts';

const BUG = { name: 'bug', color: '#b00020' };
const UI = { name: 'ui', color: '#aabbcc' };

/** A server with these answers by path and query; what it was asked. */
function serving(answers: Record<string, unknown>): string[] {
	const asked: string[] = [];
	vi.stubGlobal('fetch', async (path: string) => {
		asked.push(path);
		if (!(path in answers)) return new Response('{}', { status: 503 });
		return new Response(JSON.stringify(answers[path]));
	});
	return asked;
}

const projectsOf = (...keys: string[]) => ({
	items: keys.map((key, id) => ({ id, key, name: key, version: 1 })),
	next: null
});

async function loaded(answers: Record<string, unknown>, ...keys: string[]) {
	const asked = serving({ '/api/projects?limit=100': projectsOf(...keys), ...answers });
	const projects = new ProjectCollection();
	await projects.load();
	asked.length = 0;
	return { projects, asked };
}

describe('labels of all projects', () => {
	afterEach(() => vi.unstubAllGlobals());

	it('come in pages of projects, and are asked for once', async () => {
		const { projects, asked } = await loaded(
			{
				'/api/labels?limit=100': { items: [{ project: 'ABC', labels: [BUG] }], next: 'n' },
				'/api/labels?limit=100&after=n': { items: [{ project: 'TRK', labels: [UI] }], next: null }
			},
			'ABC',
			'NON',
			'TRK'
		);
		await projects.loadAllLabels();
		expect(projects.colorOf('ABC', 'bug')).toBe(BUG.color);
		expect(projects.labels('TRK')).toEqual([UI]);
		expect(projects.labels('NON')).toEqual([]);
		await projects.loadAllLabels();
		await projects.loadLabels('NON');
		expect(asked).toEqual(['/api/labels?limit=100', '/api/labels?limit=100&after=n']);
	});

	it('do not replace what is known and has been kept up to date since', async () => {
		const { projects } = await loaded(
			{
				'/api/projects/TRK/labels': { items: [BUG] },
				'/api/labels?limit=100': { items: [{ project: 'TRK', labels: [BUG] }], next: null }
			},
			'ABC',
			'TRK'
		);
		await projects.loadLabels('TRK');
		const asking = projects.loadAllLabels();
		projects.apply({ kind: 'label', project: 'TRK', label: UI });
		await asking;
		expect(projects.labels('TRK')).toEqual([BUG, UI]);
	});

	it('are asked for again after a failure', async () => {
		const { projects, asked } = await loaded({}, 'TRK');
		await projects.loadAllLabels();
		await projects.loadAllLabels();
		expect(asked).toHaveLength(2);
		expect(projects.labels('TRK')).toEqual([]);
	});
});
