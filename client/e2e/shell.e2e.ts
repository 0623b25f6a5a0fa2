import { expect, test, type Page } from '@playwright/test';
import { accessible, accessibleInBoth } from './support/accessible.ts';
import { mockServer } from './support/mock.ts';

/** Every complaint of the page or its policy fails the test. */
function complaints(page: Page): string[] {
	const found: string[] = [];
	page.on('pageerror', (error) => found.push(String(error)));
	page.on('console', (message) => {
		const isExpected = message.text().includes('401');
		if (message.type() === 'error' && !isExpected) found.push(message.text());
	});
	return found;
}

test('login offers what the server has, and keeps what was typed', async ({ page, context }) => {
	await mockServer(context, { me: null, demo: true, sso: 'Depot SSO' });
	const found = complaints(page);
	await page.goto('/help');
	await expect(page).toHaveURL(/\/login\?next=%2Fhelp/);
	await page.getByLabel('Email').fill('mara@depot.internal');
	await page.getByLabel('Password', { exact: true }).fill('not this one');
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await expect(page.getByRole('alert')).toContainText('do not belong together');
	await expect(page.getByLabel('Email')).toHaveValue('mara@depot.internal');
	await expect(page.getByRole('link', { name: 'Continue with Depot SSO' })).toBeVisible();
	await expect(page.getByText('Server ready')).toBeVisible();
	await accessibleInBoth(page);
	expect(found).toEqual([]);
});

test('shell: keys, palette, live mark', async ({ page, context }) => {
	await mockServer(context);
	const found = complaints(page);
	await page.goto('/help');
	await expect(page.getByRole('heading', { level: 1, name: 'Help' })).toBeVisible();
	await expect(page.getByRole('link', { name: 'Scanner SCN' })).toBeVisible();
	await accessibleInBoth(page);
	await page.keyboard.press('ControlOrMeta+k');
	await page.getByRole('combobox', { name: 'Search or jump to' }).fill('sett');
	await accessibleInBoth(page);
	await page.keyboard.press('Enter');
	await expect(page).toHaveURL(/\/me$/);
	await page.keyboard.press('?');
	await expect(page).toHaveURL(/\/help$/);
	expect(found).toEqual([]);
});

test('the live mark is the truth, and what waits is said', async ({ page, context }) => {
	await mockServer(context);
	await page.goto('/help');
	const mark = page.getByRole('banner').getByRole('status');
	await expect(mark).toHaveText('Live');
	await context.setOffline(true);
	await expect(mark).toHaveText('Offline');
	await expect(page.getByText('Offline since')).toBeVisible();
	await context.setOffline(false);
	await expect(mark).toHaveText('Live');
	await expect(page.getByText('Offline since')).toBeHidden();
});

test('a phone has tabs, and no page is wider than it', async ({ page, context }) => {
	await page.setViewportSize({ width: 360, height: 780 });
	await mockServer(context);
	for (const path of ['/help', '/me']) {
		await page.goto(path);
		await expect(page.getByRole('navigation', { name: 'Pages' })).toBeVisible();
		const width = await page.evaluate(() => document.querySelector('main')?.scrollWidth);
		expect(width).toBeLessThanOrEqual(360);
	}
	await page.getByRole('button', { name: 'More' }).click();
	await page.getByRole('menuitem', { name: 'People' }).waitFor();
	await accessible(page);
});

test('a token is made, shown once, and revoked by asking', async ({ page, context }) => {
	await mockServer(context);
	await context.route('**/api/auth/tokens', (route) =>
		route.request().method() === 'POST'
			? route.fulfill({
					status: 201,
					json: { id: 't', name: 'x', scopes: ['read'], token: 'trk_secret' }
				})
			: route.fallback()
	);
	await page.goto('/me');
	await page.getByRole('button', { name: 'New token' }).click();
	await page.getByLabel('What it is for').fill('Nightly');
	await accessible(page);
	await page.getByRole('button', { name: 'Create token' }).click();
	await expect(page.getByRole('textbox', { name: 'New token' })).toHaveValue('trk_secret');
	await page.getByRole('button', { name: 'Done' }).click();
	await page.getByRole('button', { name: 'Revoke' }).click();
	await expect(page.getByRole('dialog')).toContainText('Revoke Nightly import?');
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toBeHidden();
});
