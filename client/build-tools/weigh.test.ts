import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMIT_FILES, LIMIT_KB, weigh } from './weigh.ts';

const run = promisify(execFile);
let folder = '';

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'weigh-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(file: string, content: string) {
	const path = join(folder, file);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, content);
}

const script = (name: string, content: string) => put(`build/_app/immutable/${name}.js`, content);
/** Text that gzip cannot make smaller than this. */
const noise = (kb: number) => `// ${randomBytes(kb * 1000).toString('hex')}`;

/** A small build: two pages, one shared part (or more), one that comes late, a worker. */
function built({ light = '', heavy = '', late = '', parts = [''] }) {
	put(
		'build/index.html',
		'<link href="/_app/immutable/entry/app.js" rel="modulepreload"><script src="/theme.js"></script>'
	);
	put('build/theme.js', '// theme');
	script('entry/app', '');
	script('nodes/0', 'new SharedWorker(new URL("../workers/worker-a_1.js", import.meta.url))');
	script('workers/worker-a_1', '// worker');
	script('nodes/1', light);
	script('nodes/2', 'import "../chunks/shared.js"; import("../chunks/late.js")');
	script('nodes/3', '// what went wrong');
	for (const part of parts) script(`chunks/shared${part}`, heavy);
	script('chunks/late', late);
	const chunk = (name: string, imports: string[] = []) => ({
		file: `_app/immutable/${name}.js`,
		src: name.startsWith('nodes/') ? `generated/${name}.js` : undefined,
		imports
	});
	put(
		'.svelte-kit/output/client/.vite/manifest.json',
		JSON.stringify({
			'entry/app': chunk('entry/app'),
			'nodes/0': chunk('nodes/0'),
			'nodes/1': chunk('nodes/1'),
			'nodes/2': chunk(
				'nodes/2',
				parts.map((part) => `_shared${part}.js`)
			),
			'nodes/3': chunk('nodes/3'),
			...Object.fromEntries(
				parts.map((part) => [`_shared${part}.js`, chunk(`chunks/shared${part}`)])
			),
			'_late.js': chunk('chunks/late')
		})
	);
	put(
		'.svelte-kit/output/server/manifest-full.js',
		`export const manifest = { _: { routes: [
			{ id: '/(app)', page: { layouts: [0,,], errors: [,], leaf: 1 } },
			{ id: '/(app)/board', page: { layouts: [0,,], errors: [3,,], leaf: 2 } },
			{ id: '/feed.xml', page: null }
		] } };`
	);
}

const refused = () =>
	run('node', ['build-tools/weigh.ts', folder]).then(
		() => null,
		(error: { code: number; stdout: string; stderr: string }) => error
	);

const inside = (file: string) => file.replace('_app/immutable/', '');

describe('the weight of the first load', () => {
	it('counts what a page imports and starts, and nothing that comes late', async () => {
		built({ heavy: noise(2), late: noise(20) });
		const pages = await weigh(folder);
		const first = ['entry/app.js', 'nodes/0.js', 'theme.js', 'workers/worker-a_1.js'];
		expect(
			Object.fromEntries(pages.map(({ page, files }) => [page, files.map(inside).sort()]))
		).toEqual({
			'/': [...first, 'nodes/1.js'].sort(),
			'/board': [...first, 'nodes/2.js', 'nodes/3.js', 'chunks/shared.js'].sort()
		});
		expect(pages[0]).toMatchObject({ page: '/board' });
		expect(pages[0]?.bytes).toBeGreaterThan(2000);
		expect(pages[0]?.bytes).toBeLessThan(4000);
	});

	it('fails when one page is too heavy, and names it', async () => {
		built({ heavy: noise(LIMIT_KB) });
		const told = await refused();
		expect(told?.code).toBe(1);
		expect(told?.stdout).toMatch(/\/board .*TOO HEAVY/);
		expect(told?.stdout).not.toMatch(/\/ .*TOO HEAVY/);
		expect(told?.stderr).toContain(`${LIMIT_KB} KB`);
	});

	it('fails when one page is in too many files, and names it', async () => {
		built({ parts: Array.from({ length: LIMIT_FILES }, (_, n) => String(n)) });
		const told = await refused();
		expect(told?.code).toBe(1);
		expect(told?.stdout).toMatch(/\/board .*TOO MANY FILES/);
		expect(told?.stdout).not.toMatch(/\/ .*TOO MANY FILES/);
		expect(told?.stderr).toContain(`${LIMIT_FILES} files`);
	});

	it('passes when only what comes late is heavy', async () => {
		built({ light: noise(1), late: noise(2 * LIMIT_KB) });
		const { stdout } = await run('node', ['build-tools/weigh.ts', folder]);
		expect(stdout).toContain('/board');
		expect(stdout).not.toContain('TOO HEAVY');
	});

	it('says so when nothing is built', async () => {
		await expect(weigh(folder)).rejects.toThrow('Nothing is built');
	});
});
