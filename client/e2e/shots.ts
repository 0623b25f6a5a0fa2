import { chromium } from '@playwright/test';
import { mockServer, type Mock } from './support/mock.ts';

/** Pictures of a page in both themes and two sizes: `node e2e/shots.ts <base url> <folder> <path> [name]`. */
const [base = '', folder = '.', path = '/login', name = 'page'] = process.argv.slice(2);
const mock: Mock = path.startsWith('/login') ? { me: null, demo: true, sso: 'single sign-on' } : {};

const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: [
		'--no-sandbox',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync'
	]
});
for (const colorScheme of ['light', 'dark'] as const) {
	for (const [width, height] of [
		[1440, 900],
		[360, 780]
	] as const) {
		const context = await browser.newContext({ colorScheme, viewport: { width, height } });
		await mockServer(context, mock);
		const page = await context.newPage();
		page.on('pageerror', (error) => console.error(String(error)));
		page.on('console', (line) => line.type() === 'error' && console.error(line.text()));
		await page.goto(base + path);
		await page.waitForTimeout(600);
		await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png` });
		await context.close();
	}
}
await browser.close();
