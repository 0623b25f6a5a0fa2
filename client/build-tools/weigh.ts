import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

/**
 * Scripts that a browser fetches before a page shows, weighed as gzip: what index.html names, the code of the layouts,
 * of their error pages and of the page with everything that it imports, and the worker. What is imported later by `import()` is not in it.
 * `node build-tools/weigh.ts [folder]` after a build: a table of the pages; exit code 1 when one is too heavy or in too many files.
 * Promised are 150 KB; the rest is room for the day on which a page needs it.
 */
export const LIMIT_KB = 130;
/** Each is a request, which costs more than its bytes when they are few: see chunks.ts. */
export const LIMIT_FILES = 36;

interface Chunk {
	file: string;
	src?: string;
	imports?: string[];
}
type Node = number | undefined;
interface Route {
	id: string;
	page: { layouts: Node[]; errors: Node[]; leaf: number } | null;
}
export interface Weighed {
	page: string;
	files: string[];
	bytes: number;
}

/** Every page of what was built in `folder`, the heaviest first. */
export async function weigh(folder: string): Promise<Weighed[]> {
	const output = join(folder, '.svelte-kit/output');
	if (!existsSync(join(folder, 'build/index.html'))) throw new Error('Nothing is built yet');
	const chunks = Object.values(
		JSON.parse(readFileSync(join(output, 'client/.vite/manifest.json'), 'utf8')) as Record<
			string,
			Chunk
		>
	);
	const { manifest } = (await import(
		pathToFileURL(join(output, 'server/manifest-full.js')).href
	)) as { manifest: { routes?: Route[]; _?: { routes: Route[] } } };
	const first = linked(readFileSync(join(folder, 'build/index.html'), 'utf8'));
	const read = reader(join(folder, 'build'));
	return (manifest.routes ?? manifest._?.routes ?? [])
		.flatMap(({ id, page }) =>
			page ? [{ id, nodes: [...page.layouts, ...page.errors, page.leaf] }] : []
		)
		.map(({ id, nodes }) => {
			const own = nodes.flatMap((node) => (node === undefined ? [] : [nodeFile(chunks, node)]));
			const files = reached(chunks, [...first, ...own], read);
			return { page: shown(id), files, bytes: sum(files.map((file) => read(file).gzip)) };
		})
		.sort((a, b) => b.bytes - a.bytes);
}

/** `/(app)/issues/[key]` → `/issues/[key]` */
const shown = (id: string) => id.replace(/\/\([^)]+\)/g, '') || '/';

const sum = (all: readonly number[]) => all.reduce((total, one) => total + one, 0);

/** Its text and its weight; each file is read once. */
function reader(build: string) {
	const known = new Map<string, { text: string; gzip: number }>();
	return (file: string) => {
		const found = known.get(file);
		if (found) return found;
		const bytes = readFileSync(join(build, file));
		const made = { text: bytes.toString('utf8'), gzip: gzipSync(bytes).length };
		known.set(file, made);
		return made;
	};
}

/** The scripts that the document itself asks for. */
function linked(html: string): string[] {
	const scripts = html.matchAll(/<script[^>]*\ssrc="\/([^"]+)"/g);
	const ahead = html.matchAll(/<link[^>]*\shref="\/([^"]+\.js)"/g);
	return [...scripts, ...ahead].map(([, file]) => file ?? '');
}

function nodeFile(chunks: readonly Chunk[], node: number): string {
	const found = chunks.find(({ src }) => src?.endsWith(`/nodes/${node}.js`));
	if (!found) throw new Error(`No chunk for node ${node}: the build is of another kind`);
	return found.file;
}

/** These files, all that they import, and the workers that those start. */
function reached(
	chunks: readonly Chunk[],
	from: readonly string[],
	read: ReturnType<typeof reader>
): string[] {
	const byName = new Map(chunks.map((chunk) => [`_${chunk.file.split('/').at(-1)}`, chunk]));
	const byFile = new Map(chunks.map((chunk) => [chunk.file, chunk]));
	const bySource = new Map(chunks.map((chunk) => [chunk.src ?? '', chunk]));
	const found = new Set<string>();
	const waiting = [...from];
	for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
		if (found.has(file)) continue;
		found.add(file);
		for (const name of byFile.get(file)?.imports ?? []) {
			const next = byName.get(name) ?? bySource.get(name);
			if (!next) throw new Error(`No chunk ${name}: the build is of another kind`);
			waiting.push(next.file);
		}
		for (const [worker] of read(file).text.matchAll(/workers\/[\w.-]+\.js/g))
			waiting.push(`_app/immutable/${worker}`);
	}
	return [...found].sort();
}

async function main(folder: string): Promise<void> {
	const pages = await weigh(folder);
	for (const { page, files, bytes } of pages) {
		const kb = (bytes / 1000).toFixed(1).padStart(6);
		const faults = [
			...(bytes > LIMIT_KB * 1000 ? ['TOO HEAVY'] : []),
			...(files.length > LIMIT_FILES ? ['TOO MANY FILES'] : [])
		];
		console.log([`${kb} KB  ${page}  (${files.length} files)`, ...faults].join('  '));
		if (faults.length > 0) process.exitCode = 1;
	}
	if (!process.exitCode) return;
	console.error(`Script on first load is at most ${LIMIT_KB} KB gzip: import() what comes later`);
	console.error(`and at most ${LIMIT_FILES} files: see which modules share one in chunks.ts`);
}

if (import.meta.main) await main(process.argv[2] ?? '.');
