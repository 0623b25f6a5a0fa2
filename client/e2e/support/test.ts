import { expect, test as base, type BrowserContext, type Page } from '@playwright/test';
import { signIn, type DEMO, type Login } from './people.ts';
import { endWorld, makeWorld, type World } from './world.ts';

export { accessible, accessibleInBoth } from './accessible.ts';
export { expect, type Page };

interface Options {
	width?: number;
	height?: number;
	colorScheme?: 'light' | 'dark';
	/** Another way to the server, such as one that can be cut. */
	address?: string;
}

/** A browser of its own for somebody; null = not signed in. */
type Browse = (who: keyof typeof DEMO | Login | null, options?: Options) => Promise<Page>;

interface Fixtures {
	browse: Browse;
	/** Complaints that this test expects: a status such as 422, or a part of their text. */
	expects: (...what: (number | string)[]) => void;
}

/**
 * Tests against a real server. Every browser that they open must come to the end without an error in its console, a
 * script that threw, or a violation of the content security policy.
 */
export const test = base.extend<Fixtures, { world: World }>({
	world: [
		// eslint-disable-next-line no-empty-pattern
		async ({}, use) => {
			const url = process.env.TRACKLY_URL;
			if (!url) throw new Error('TRACKLY_URL: the address of a running demo is needed');
			const world = await makeWorld(url);
			await use(world);
			await endWorld(world);
		},
		{ scope: 'worker' }
	],
	// eslint-disable-next-line no-empty-pattern
	expects: async ({}, use) => {
		await use((...what) => expected.push(...what.map(textOf)));
		expected.length = 0;
	},
	browse: async ({ browser, expects }, use) => {
		void expects;
		const open: BrowserContext[] = [];
		const found: string[] = [];
		await use(async (who, { width = 1440, height = 900, colorScheme = 'light', address } = {}) => {
			const context = await browser.newContext({
				viewport: { width, height },
				colorScheme,
				reducedMotion: 'reduce',
				...(address ? { baseURL: address } : {})
			});
			open.push(context);
			listen(context, found);
			if (who) await signIn(context, who);
			return context.newPage();
		});
		await Promise.all(open.map((context) => context.close()));
		const isExpected = (text: string) => expected.some((part) => text.includes(part));
		expect(found.filter((text) => !isExpected(text))).toEqual([]);
	}
});

const expected: string[] = [];
const textOf = (what: number | string) =>
	typeof what === 'number' ? `the server responded with a status of ${what}` : what;

function listen(context: BrowserContext, found: string[]) {
	context.on('console', (line) => {
		if (line.type() !== 'error') return;
		const at = new URL(line.page()?.url() ?? 'about:blank').pathname;
		found.push(`${line.text()} (${line.location().url}, on ${at})`);
	});
	context.on('weberror', (error) => found.push(String(error.error())));
	void context.addInitScript(() =>
		document.addEventListener('securitypolicyviolation', (event) =>
			console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)
		)
	);
}

export const liveMark = (page: Page) => page.getByRole('banner').getByRole('status');

/** Opens a page and waits until its stream is live. */
export async function openLive(page: Page, path: string): Promise<void> {
	await page.goto(path);
	await expect(liveMark(page)).toHaveText('Live');
}

/** A page is never wider than its window: what is too wide scrolls in a part of it. */
export async function fits(page: Page): Promise<void> {
	const [inner, wanted] = await page.evaluate(() => [
		window.innerWidth,
		Math.max(document.documentElement.scrollWidth, document.querySelector('main')?.scrollWidth ?? 0)
	]);
	expect.soft(wanted, `width of ${new URL(page.url()).pathname}`).toBeLessThanOrEqual(inner);
}
