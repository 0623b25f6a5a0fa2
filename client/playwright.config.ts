import { defineConfig, devices } from '@playwright/test';

const port = Number(process.env.TRACKLY_E2E_PORT ?? 4179);

/** These need a server that runs as a demo; the others bring answers of their own. */
const NEED_A_SERVER = [
	'admin',
	'docs',
	'jobs',
	'keyboard',
	'live',
	'mail',
	'offline',
	'pages',
	'reports',
	'rights',
	'sources',
	'typing',
	'versions'
];

/** With TRACKLY_URL all of them run, against that server; without it those of the client alone, on the built pages. */
export default defineConfig({
	testDir: 'e2e',
	testMatch: '**/*.e2e.ts',
	testIgnore: process.env.TRACKLY_URL ? [] : NEED_A_SERVER.map((name) => `**/${name}.e2e.ts`),
	fullyParallel: false,
	workers: 2,
	retries: 0,
	// A small machine that does other things too is slow at times; a test that passes takes no longer for it.
	timeout: 60_000,
	expect: { timeout: 10_000 },
	reporter: [['list']],
	use: {
		...devices['Desktop Chrome'],
		viewport: { width: 1440, height: 900 },
		baseURL: process.env.TRACKLY_URL ?? `http://127.0.0.1:${port}`,
		launchOptions: {
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
			args: [
				'--no-sandbox',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync'
			]
		}
	},
	webServer: process.env.TRACKLY_URL
		? undefined
		: {
				command: `node e2e/support/serve.ts ${port}`,
				port,
				reuseExistingServer: false,
				stdout: 'ignore'
			}
});
