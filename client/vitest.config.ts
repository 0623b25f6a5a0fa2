import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** Unit tests need no router and no message compiler at their side: `npm test` compiles the messages before. */
export default defineConfig({
	plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
	// Svelte's reactivity is the browser's, not the server's.
	resolve: { conditions: ['browser'] },
	// Modules are evaluated once for all files, not once for each: 6 s instead of 28. What a test changes of one, it resets.
	test: { include: ['{src,build-tools}/**/*.test.ts'], environment: 'node', isolate: false }
});
