/** Runs before the framework, and gives it the build's version: with it in one file, it would come too late. */
const inBoot = /preload-helper|[\\/]runtime[\\/]client[\\/]payload\.js/;
const inFirst =
	/[\\/]src[\\/]routes[\\/]\+(layout|error)\.svelte|[\\/]node_modules[\\/]svelte[\\/]/;
const inFrame = /[\\/]src[\\/]routes[\\/]\(app\)[\\/]\+layout/;
const inUi = /[\\/]src[\\/]lib[\\/](ui|kit|api|styles)[\\/]|[\\/]node_modules[\\/]/;
const domain = /[\\/]src[\\/]lib[\\/](\w+)[\\/]/;

/** Fewer pages than these share a module: it stays with them. */
const SHARED = 3;
/** What `import()` brings later stays apart. */
const tags: '$initial'[] = ['$initial'];

/**
 * Which scripts go into one file. Left to itself the bundler makes a file for each set of pages that share a module:
 * over a hundred of them for one page, most of less than 500 bytes. These groups make 20, and the same pages lighter,
 * since long texts pack better. A module belongs to the first group that takes it, with all that it imports.
 */
export const groups = [
	{ name: 'boot', test: inBoot, priority: 4 },
	{ name: 'first', test: inFirst, tags, priority: 3 },
	{ name: 'frame', test: inFrame, tags, priority: 2 },
	{ name: 'ui', test: inUi, tags, minShareCount: SHARED, priority: 1 },
	{
		debugName: 'domain',
		name: (id: string) => domain.exec(id)?.[1] ?? null,
		tags,
		minShareCount: SHARED
	}
];
