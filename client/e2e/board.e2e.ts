import { expect, test, type Page } from '@playwright/test';
import { accessible } from './support/accessible.ts';
import { many, serveIssues } from './support/issues.ts';
import { mockServer } from './support/mock.ts';

const column = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const card = (page: Page, key: string) =>
	page.locator('li[data-card]', { has: page.locator(`a[data-key="${key}"]`) });

/** What drags is fetched once the board is painted. */
const takeable = (page: Page, key: string) =>
	expect(card(page, key)).toHaveAttribute('draggable', 'true');

test('a card is dragged to another column', async ({ page, context }) => {
	await mockServer(context);
	const issues = await serveIssues(context);
	await page.goto('/board');
	await expect(column(page, 'In progress').getByText('6 / 5')).toBeVisible();
	await expect(column(page, 'In progress').getByText('1 over the limit')).toBeVisible();
	await accessible(page);
	await takeable(page, 'DEP-416');
	await card(page, 'DEP-416').dragTo(column(page, 'In progress').locator('.cards'));
	await expect(column(page, 'In progress').locator('a[data-key="DEP-416"]')).toBeVisible();
	await expect(column(page, 'Triaged').locator('a[data-key="DEP-416"]')).toHaveCount(0);
	await expect(column(page, 'In progress').getByText('7 / 5')).toBeVisible();
	await expect.poll(() => issues.find(({ key }) => key === 'DEP-416')?.status).toBe('IN_PROGRESS');
});

test('while it is held there is a slot and a ghost, and Esc puts it back', async ({
	page,
	context
}) => {
	await mockServer(context);
	const issues = await serveIssues(context);
	await page.goto('/board');
	await takeable(page, 'DEP-416');
	const from = await card(page, 'DEP-416').boundingBox();
	const to = await column(page, 'In progress').locator('.cards').boundingBox();
	if (!from || !to) throw new Error('Nothing to drag');
	await page.mouse.move(from.x + 60, from.y + 60);
	await page.mouse.down();
	await page.mouse.move(from.x + 90, from.y + 70, { steps: 4 });
	await page.mouse.move(to.x + 100, to.y + 200, { steps: 8 });
	await expect(page.locator('.slot')).toBeVisible();
	await expect(card(page, 'DEP-416').locator('.ghost')).toBeVisible();
	await expect(page.locator('.held')).toBeVisible();
	await page.keyboard.press('Escape');
	await page.mouse.up();
	await expect(page.locator('.slot')).toHaveCount(0);
	await expect(page.locator('.held')).toHaveCount(0);
	await expect(column(page, 'Triaged').locator('a[data-key="DEP-416"]')).toBeVisible();
	expect(issues.find(({ key }) => key === 'DEP-416')?.status).toBe('TRIAGED');
});

test('the keyboard moves cards, says so, and Esc puts them back', async ({ page, context }) => {
	await mockServer(context);
	const issues = await serveIssues(context);
	const status = () => issues.find(({ key }) => key === 'DEP-427')?.status;
	await page.goto('/board');
	await expect(card(page, 'DEP-427')).toBeVisible();
	await page.keyboard.press('j');
	await expect(page.locator('a[data-key="DEP-427"]')).toBeFocused();
	await page.keyboard.press(' ');
	await expect(page.getByText('DEP-427 taken up from Open.')).toBeAttached();
	await page.keyboard.press('ArrowRight');
	await expect(column(page, 'Triaged').locator('.slot')).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(page.getByText('DEP-427 put back in Open.')).toBeAttached();
	expect(status()).toBe('OPEN');
	await page.keyboard.press(' ');
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press(' ');
	await expect(column(page, 'In progress').locator('a[data-key="DEP-427"]')).toBeFocused();
	await expect.poll(status).toBe('IN_PROGRESS');
});

test('a refusal puts the card back, says why, and offers the legal step', async ({
	page,
	context
}) => {
	await mockServer(context);
	const issues = await serveIssues(context, { refuses: 'DONE' });
	await page.goto('/board');
	await takeable(page, 'DEP-427');
	await card(page, 'DEP-427').dragTo(column(page, 'Done').locator('.cards'));
	await expect(page.getByText('DEP-427 stays Open.')).toBeVisible();
	await expect(column(page, 'Open').locator('a[data-key="DEP-427"]')).toBeVisible();
	await expect(column(page, 'Done').locator('a[data-key="DEP-427"]')).toHaveCount(0);
	await page.getByRole('button', { name: 'Set Triaged' }).click();
	await expect.poll(() => issues.find(({ key }) => key === 'DEP-427')?.status).toBe('TRIAGED');
});

test('of 10,000 issues the board draws only those in sight', async ({ page, context }) => {
	await mockServer(context);
	await serveIssues(context, { issues: many(10_000) });
	await page.goto('/issues');
	await expect(page.getByText('10,000 issues')).toBeVisible();
	await page.getByRole('link', { name: 'Board', exact: true }).first().click();
	await expect(page.locator('li[data-card]').first()).toBeVisible();
	expect(await page.locator('li[data-card]').count()).toBeLessThan(100);
});

test('a phone shows one column, with tabs', async ({ page, context }) => {
	await page.setViewportSize({ width: 360, height: 780 });
	await mockServer(context);
	await serveIssues(context);
	await page.goto('/board');
	await expect(page.getByRole('button', { name: 'In progress 6' })).toHaveAttribute(
		'aria-pressed',
		'true'
	);
	await page.getByRole('button', { name: 'Open 6' }).click();
	await expect(card(page, 'DEP-427')).toBeVisible();
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
	await accessible(page);
});
