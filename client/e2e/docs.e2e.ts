import { expect, test, type Page } from './support/test.ts';
import { DEMO } from './support/people.ts';

/** ReDoc draws 150 operations, 43,000 elements, before it shows the first: seconds of a whole core. */
const DRAWN_AT_ONCE_MS = 40_000;

/** What a page asked of anybody but our own server. */
function outside(page: Page, base: string): string[] {
	const found: string[] = [];
	page.on('request', (request) => {
		const url = request.url();
		if (/^https?:/.test(url) && !url.startsWith(base)) found.push(url);
	});
	return found;
}

test('the description of the API works without the internet, and lets one in', async ({
	world,
	browse
}) => {
	const page = await browse(null);
	const asked = outside(page, world.base);
	await page.goto('/docs');
	await page.getByRole('link', { name: 'issues', exact: true }).click();
	await expect(page.locator('.opblock').first()).toBeVisible();
	await page.getByRole('button', { name: 'Authorize' }).first().click();
	const dialog = page.locator('.dialog-ux');
	await dialog.locator('#oauth_username').fill(DEMO.maintainer.email);
	await dialog.locator('#oauth_password').fill(DEMO.maintainer.password);
	await dialog.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
	await expect(dialog.getByRole('button', { name: 'Remove authorization' })).toBeVisible();
	await page.goto('/redoc');
	const title = page.getByRole('heading', { name: 'Trackly', exact: false }).first();
	await expect(title).toBeVisible({ timeout: DRAWN_AT_ONCE_MS });
	await page.waitForLoadState('networkidle');
	expect(asked).toEqual([]);
});
