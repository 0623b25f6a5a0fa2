import { defineConfig, devices } from '@playwright/test';

const port = Number(process.env.TRACKLY_E2E_PORT ?? 4179);

/** Tests of the client alone, on the built pages. With TRACKLY_URL they run against a real server instead. */
export default defineConfig({
	testDir: 'e2e',
	testMatch: '**/*.e2e.ts',
	fullyParallel: false,
	workers: 1,
	retries: 0,
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
