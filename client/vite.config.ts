import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { groups } from './build-tools/chunks.ts';
import { noInlineStyle, nothingOnTheServer, spa } from './build-tools/spa.ts';

const server = process.env.TRACKLY_SERVER ?? 'http://127.0.0.1:8000';

export default defineConfig({
	plugins: [
		noInlineStyle(),
		nothingOnTheServer(),
		tailwindcss(),
		paraglideVitePlugin({
			project: './project.inlang',
			outdir: './src/lib/paraglide',
			strategy: ['baseLocale']
		}),
		sveltekit({
			adapter: spa(),
			compilerOptions: { runes: true },
			output: { bundleStrategy: 'split' },
			version: { pollInterval: 0 }
		})
	],
	build: { reportCompressedSize: false },
	environments: {
		client: { build: { rolldownOptions: { output: { codeSplitting: { groups } } } } }
	},
	server: {
		proxy: Object.fromEntries(
			['/api', '/health', '/readyz', '/livez', '/openapi.json', '/docs', '/redoc'].map((path) => [
				path,
				{ target: server, changeOrigin: false }
			])
		)
	}
});
