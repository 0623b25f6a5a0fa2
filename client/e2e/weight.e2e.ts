import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { LIMIT_KB, weigh } from '../build-tools/weigh.ts';
import { serveIssues } from './support/issues.ts';
import { mockServer } from './support/mock.ts';

const built = await weigh('.');
const KEY = 'DEP-418';

/** Scripts that the browser asked for until the page stood there, and those that came afterwards. */
async function fetched(page: Page): Promise<{ first: string[]; later: string[] }> {
	return page.evaluate(() => {
		const { shownAt } = window as unknown as { shownAt: number };
		const scripts = performance
			.getEntriesByType('resource')
			.filter(({ name }) => new URL(name).pathname.endsWith('.js'));
		const names = (isFirst: boolean) =>
			scripts
				.filter(({ startTime }) => startTime <= shownAt === isFirst)
				.map(({ name }) => new URL(name).pathname.slice(1));
		return { first: names(true), later: names(false) };
	});
}

/** Notes in the page when its heading is there. */
async function noteFirstShow(context: BrowserContext) {
	await context.addInitScript(() => {
		new MutationObserver((_, watcher) => {
			if (!document.querySelector('h1')) return;
			watcher.disconnect();
			(window as unknown as { shownAt: number }).shownAt = performance.now();
		}).observe(document, { childList: true, subtree: true });
	});
}

for (const [path, route] of [
	['/', '/'],
	['/issues', '/issues'],
	[`/issues/${KEY}`, '/issues/[key]'],
	['/board', '/board'],
	['/new', '/new'],
	['/insights', '/insights'],
	['/reports', '/reports/[[id]]'],
	['/admin/people', '/admin/people']
] as const) {
	test(`${path} fetches first what was weighed, and no more`, async ({ page, context }) => {
		await mockServer(context);
		await serveIssues(context);
		await noteFirstShow(context);
		const weighed = built.find((one) => one.page === route);
		await page.goto(path);
		await page.locator('h1').first().waitFor({ state: 'attached' });
		await expect.poll(async () => (await fetched(page)).later.length).toBeGreaterThan(0);
		const { first } = await fetched(page);
		const unweighed = first.filter((file) => !weighed?.files.includes(file));
		expect(unweighed).toEqual([]);
		// A worker's script is not among what the page itself asks for.
		const missed = weighed?.files.filter(
			(file) => !first.includes(file) && !file.includes('/workers/')
		);
		expect(missed).toEqual([]);
		expect(weighed?.bytes).toBeLessThanOrEqual(LIMIT_KB * 1000);
	});
}

/** What is not needed for the first paint waits until it is let through. */
async function holdLate(context: BrowserContext, route: string): Promise<() => void> {
	const files = built.find((one) => one.page === route)?.files ?? [];
	let release: () => void = () => undefined;
	const gate = new Promise<void>((resolve) => (release = resolve));
	await context.route('**/_app/immutable/**/*.js', async (asked) => {
		const file = new URL(asked.request().url()).pathname.slice(1);
		if (!files.includes(file)) await gate;
		await asked.continue();
	});
	return () => release();
}

test('a list whose code could not come opens when it can', async ({ page, context }) => {
	await mockServer(context);
	const issues = await serveIssues(context);
	const files = built.find((one) => one.page === '/issues')?.files ?? [];
	let isAway = true;
	await context.route('**/_app/immutable/**/*.js', async (asked) => {
		const file = new URL(asked.request().url()).pathname.slice(1);
		await (isAway && !files.includes(file) ? asked.abort() : asked.continue());
	});
	await page.goto('/issues');
	const card = page.locator(`a[data-key="${KEY}"]`);
	await expect(card).toBeVisible();
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	await expect(card).toBeFocused();
	await page.keyboard.press('s');
	await page.waitForTimeout(1500);
	await expect(page.getByRole('option')).toHaveCount(0);
	isAway = false;
	await page.getByRole('option', { name: 'In progress' }).click();
	await expect.poll(() => issues.find(({ key }) => key === KEY)?.status).toBe('IN_PROGRESS');
});

test('keys that are pressed before their menu is there are not lost', async ({ page, context }) => {
	await mockServer(context);
	const issues = await serveIssues(context);
	const release = await holdLate(context, '/issues');
	await page.goto('/issues');
	const card = page.locator(`a[data-key="${KEY}"]`);
	await expect(card).toBeVisible();
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	await expect(card).toBeFocused();
	await page.keyboard.press('s');
	await page.keyboard.press('3');
	release();
	await expect.poll(() => issues.find(({ key }) => key === KEY)?.status).toBe('IN_PROGRESS');
	await page.keyboard.press('l');
	await page.keyboard.type('scan');
	await expect(page.getByRole('combobox', { name: 'Label' })).toHaveValue('scan');
});

test('a box that a key opens has the caret before the next key', async ({ page, context }) => {
	await mockServer(context);
	await serveIssues(context);
	await page.goto('/issues');
	const card = page.locator(`a[data-key="${KEY}"]`);
	await expect(card).toBeVisible();
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	for (const [key, role, name] of [
		['l', 'combobox', 'Label'],
		['s', 'listbox', 'Status']
	] as const) {
		await expect(card).toBeFocused();
		await page.keyboard.press(key);
		await expect(page.getByRole(role, { name })).toBeVisible();
		await page.keyboard.press('Escape');
		await expect(card).toBeFocused();
		const isIn = await page.evaluate(async (key) => {
			document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
			// As soon as another key can come: no frame is drawn before it.
			await new Promise((resolve) => {
				const { port1, port2 } = new MessageChannel();
				port1.onmessage = resolve;
				port2.postMessage(null);
			});
			return Boolean(document.activeElement?.closest('.pop'));
		}, key);
		expect(isIn, `the caret after ${key}`).toBe(true);
		await page.keyboard.press('Escape');
	}
});

test('letters go into the box that they opened', async ({ page, context }) => {
	await mockServer(context);
	await serveIssues(context);
	const release = await holdLate(context, '/issues');
	await page.goto('/issues');
	const card = page.locator(`a[data-key="${KEY}"]`);
	await expect(card).toBeVisible();
	await page.keyboard.press('j');
	await page.keyboard.press('j');
	await expect(card).toBeFocused();
	await page.keyboard.press('a');
	await page.keyboard.type('pri');
	release();
	await expect(page.getByRole('combobox', { name: 'Assignee' })).toHaveValue('pri');
	await expect(page.getByRole('combobox', { name: 'Assignee' })).toBeFocused();
});

for (const [key, role, name] of [
	['ControlOrMeta+k', 'combobox', 'Search or jump to'],
	['c', 'textbox', 'Title']
] as const) {
	test(`letters before and after the caret is in the box that ${key} opens keep their order`, async ({
		page,
		context
	}) => {
		await mockServer(context);
		await serveIssues(context);
		const release = await holdLate(context, '/issues');
		await page.goto('/issues');
		await expect(page.locator(`a[data-key="${KEY}"]`)).toBeVisible();
		await page.keyboard.press(key);
		await page.keyboard.type('scan');
		const typed = page.evaluate(async () => {
			const isIn = () => document.activeElement?.matches('[role=dialog] :is(input, textarea)');
			// As soon as the caret is there: no frame is drawn before the next letter.
			while (!isIn()) {
				await new Promise((resolve) => {
					const { port1, port2 } = new MessageChannel();
					port1.onmessage = resolve;
					port2.postMessage(null);
				});
			}
			document.execCommand('insertText', false, 'ner');
		});
		release();
		await typed;
		await expect(page.getByRole(role, { name })).toHaveValue('scanner');
	});
}

test('a menu that is opened by a key before its code is there has its first line marked', async ({
	page,
	context
}) => {
	await page.setViewportSize({ width: 360, height: 780 });
	await mockServer(context);
	await serveIssues(context);
	const release = await holdLate(context, '/issues');
	await page.goto('/issues');
	const more = page.getByRole('button', { name: 'More' });
	await more.focus();
	await page.keyboard.press('Enter');
	release();
	await expect(page.getByRole('menuitem').first()).toBeFocused();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('menu')).toBeHidden();
	await expect(more).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('menuitem').first()).toBeFocused();
});
