import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { accessibleInBoth } from './support/accessible.ts';
import { feedServer } from './support/feed.ts';
import { insightsServer } from './support/insights.ts';
import { mockServer } from './support/mock.ts';
import { NOW } from './support/scene.ts';

test.use({ timezoneId: 'UTC' });

async function open(page: Page, context: BrowserContext, path = '/insights') {
	const found: string[] = [];
	page.on('pageerror', (error) => found.push(String(error)));
	page.on('console', (line) => line.type() === 'error' && found.push(line.text()));
	await mockServer(context);
	await feedServer(context);
	const asked = await insightsServer(context);
	await page.clock.setFixedTime(new Date(NOW));
	await page.goto(path);
	await expect(page.getByRole('img', { name: /^Created and done/ }).locator('svg')).toBeVisible();
	return { found, asked };
}

test('draws every chart under the strict policy', async ({ page, context }) => {
	const { found } = await open(page, context);
	for (const name of [/^Cumulative flow/, /^Cycle time/])
		await expect(page.getByRole('img', { name }).locator('svg')).toBeVisible();
	await expect(
		page.getByRole('img', { name: /^Created and done/ }).locator('.mark-rect path')
	).toHaveCount(28);
	await expect(
		page.getByText('against yesterday until the same minute, Europe/Berlin')
	).toBeVisible();
	await expect(page.getByRole('region', { name: 'Ageing' }).getByRole('listitem')).toHaveCount(6);
	expect(found).toEqual([]);
});

test('each figure opens to its definition and its issues', async ({ page, context }) => {
	await open(page, context);
	await page.getByRole('button', { name: 'Done today: 3' }).click();
	const dialog = page.getByRole('dialog');
	await expect(dialog).toContainText('3 issues, 3 events');
	await expect(dialog).toContainText('Moves to Done, each time that it happened');
	await expect(dialog.getByRole('link', { name: /LBL-97/ })).toHaveAttribute(
		'href',
		'/issues/LBL-97'
	);
	await page.keyboard.press('Escape');
	await expect(dialog).toBeHidden();
	await page.getByRole('button', { name: 'p95: 11.8 d' }).click();
	await expect(dialog).toContainText('Days from the first In progress to Done');
	await page.keyboard.press('Escape');
	await page.getByRole('button', { name: /^past p85/ }).click();
	await expect(dialog.getByRole('listitem')).toHaveCount(3);
});

test('a bar opens to the issues of its day', async ({ page, context }) => {
	await open(page, context);
	const asked = page.waitForRequest(/\/api\/stats\/(created|done)\/items/);
	await page.locator('.mark-rect path').nth(8).click();
	const { searchParams } = new URL((await asked).url());
	expect(searchParams.get('from')).toBe(searchParams.get('to'));
	await expect(page.getByRole('dialog')).toBeVisible();
});

test('ranges and the project are in the address', async ({ page, context }) => {
	const { asked } = await open(page, context);
	await page.getByRole('button', { name: '7 d', exact: true }).click();
	await expect(page).toHaveURL(/range=7/);
	await expect(page.getByText('issues per day, 7 days')).toBeVisible();
	expect(asked.at(-2)).toContain('from=2026-11-07&to=2026-11-20');
	await page.getByRole('button', { name: 'All projects' }).click();
	await page.getByRole('option', { name: 'Scanner' }).click();
	await expect(page).toHaveURL(/project=SCN/);
	await expect.poll(() => asked.at(-1)).toContain('project=SCN');
	await page.getByRole('button', { name: 'Custom' }).click();
	await expect(page).toHaveURL(/from=2026-10-22&to=2026-11-20/);
	await expect(page.getByLabel('First day')).toHaveValue('2026-10-22');
});

test('is accessible in light and dark, also on a phone', async ({ page, context }) => {
	await open(page, context);
	for (const width of [1440, 360]) {
		await page.setViewportSize({ width, height: 780 });
		await page.waitForTimeout(300);
		await accessibleInBoth(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
			width
		);
	}
});
