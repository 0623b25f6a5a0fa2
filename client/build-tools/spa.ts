import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import staticAdapter from '@sveltejs/adapter-static';
import type { Adapter } from '@sveltejs/kit';
import type { Plugin } from 'vite';

const OUT = 'build';
/** What the pages /docs and /redoc of the server load; served from our own origin, never from a CDN. */
const VENDOR = [
	'node_modules/swagger-ui-dist/swagger-ui-bundle.js',
	'node_modules/swagger-ui-dist/swagger-ui.css',
	'node_modules/redoc/bundles/redoc.standalone.js'
];
const INLINE = /<script>([\s\S]*?)<\/script>/g;

/**
 * The static adapter, and then no inline script left in index.html: each moves to a file of its own, named by
 * its content. The server can so send `script-src 'self'` without hash, nonce or 'unsafe-inline'. Beside each text lie
 * its smaller copies, `.br` and `.gz`, which the server sends to who takes them.
 */
export function spa(): Adapter {
	const adapter = staticAdapter({ pages: OUT, assets: OUT, fallback: 'index.html' });
	return {
		name: 'trackly-spa',
		async adapt(builder) {
			await adapter.adapt(builder);
			const page = `${OUT}/index.html`;
			writeFileSync(
				page,
				readFileSync(page, 'utf8').replace(INLINE, (_, code) => moved(code))
			);
			await builder.compress(OUT);
			mkdirSync(`${OUT}/vendor`, { recursive: true });
			const placed = (file: string) => `${OUT}/vendor/${basename(file)}`;
			for (const file of VENDOR) copyFileSync(file, placed(file));
			atHome(`${OUT}/vendor/redoc.standalone.js`);
			for (const file of VENDOR) compress(placed(file));
		}
	};
}

/** As the builder does it, but for Brotli's last step: 4 s of work for 8 % of two files that few people open. */
function compress(file: string): void {
	const text = readFileSync(file);
	const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
	writeFileSync(`${file}.br`, brotliCompressSync(text, { params }));
	writeFileSync(`${file}.gz`, gzipSync(text, { level: constants.Z_BEST_COMPRESSION }));
}

/** ReDoc shows the picture of its maker from the maker's own server. Ours is shown instead, or an upgrade is noticed. */
function atHome(file: string): void {
	const code = readFileSync(file, 'utf8');
	const ours = code.replaceAll(/https:\/\/cdn\.redoc\.ly\/[\w./-]+/g, '/favicon.svg');
	if (ours === code) throw new Error('ReDoc asks no other server any more: drop this step');
	writeFileSync(file, ours);
}

function moved(code: string): string {
	const folder = '_app/immutable/boot';
	const name = `${createHash('sha256').update(code).digest('hex').slice(0, 12)}.js`;
	mkdirSync(`${OUT}/${folder}`, { recursive: true });
	writeFileSync(`${OUT}/${folder}/${name}`, code);
	return `<script src="/${folder}/${name}"></script>`;
}

/**
 * The framework's root component hides its route announcer by an inline style, which `style-src 'self'` blocks: a
 * class hides it instead. Fails when there is nothing to replace, so that an upgrade cannot bring it back unseen.
 */
export function noInlineStyle(): Plugin {
	return {
		name: 'trackly-no-inline-style',
		enforce: 'pre',
		transform: {
			filter: { id: /kit\/src\/runtime\/components\/root\.svelte$/ },
			handler(code) {
				const style = /\sstyle="[^"]*"/;
				if (!style.test(code))
					this.error('root.svelte has no inline style any more: drop this plugin');
				return { code: code.replace(style, ' class="sr-only"'), map: null };
			}
		}
	};
}

/**
 * Every page is drawn in the browser, and the server's half of the build is only asked for `index.html`: there it gets
 * empty pages, instead of compiling and styling 600 components that nobody would call.
 */
export function nothingOnTheServer(): Plugin {
	return {
		name: 'trackly-nothing-on-the-server',
		enforce: 'pre',
		applyToEnvironment: ({ name }) => name === 'ssr',
		load: {
			filter: { id: /[\\/]src[\\/]routes[\\/].*\+(page|layout|error)\.svelte$/ },
			handler: () => '<script>let { children } = $props();</script>{@render children?.()}'
		}
	};
}
