import { accessible, expect, fits, openLive, test } from './support/test.ts';

const PASSWORD = 'a-password-that-is-not-shown';

test('mail: set a server up, try it step by step, and take it away', async ({ world, browse }) => {
	void world;
	const page = await browse('admin');
	await openLive(page, '/admin/mail');
	await expect(page.getByText('None is set up')).toBeVisible();

	// A provider fills in what it needs; one that can't be used says why, and can't be saved.
	const provider = page.getByRole('button', { name: /^Provider:/ });
	await provider.click();
	await page.getByRole('option', { name: /Microsoft 365/ }).click();
	await expect(page.getByText(/Needs OAuth/)).toBeVisible();
	await page.getByRole('textbox', { name: 'From' }).fill('trackly@yard.example');
	await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
	await provider.click();
	await page.getByRole('option', { name: 'Another server' }).click();

	// Nothing listens at port 1: the test says so before anything is saved.
	await page.getByRole('textbox', { name: 'Host' }).fill('127.0.0.1');
	await page.getByRole('textbox', { name: 'Port' }).fill('1');
	await page.getByRole('button', { name: 'None' }).click();
	await page.getByRole('textbox', { name: 'User name' }).fill('trackly');
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByRole('button', { name: 'Test what is typed' }).click();
	const steps = page.getByRole('list').filter({ hasText: 'Find the host' });
	await expect(steps.getByRole('listitem')).toHaveCount(2);
	await expect(steps).toContainText('nothing listens there');
	await accessible(page);

	await page.getByRole('button', { name: 'Save' }).click();
	await expect(page.getByLabel('Password')).toHaveValue('');
	await openLive(page, '/admin/mail');
	await expect(page.getByLabel('Password')).toHaveAttribute('placeholder', 'Unchanged');
	expect(await page.content()).not.toContain(PASSWORD);

	// The stored password goes nowhere else.
	await page.getByRole('textbox', { name: 'Host' }).fill('elsewhere.example');
	await expect(page.getByText('enter the password again')).toBeVisible();
	await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
	await page.getByRole('button', { name: 'Cancel' }).click();

	await page.setViewportSize({ width: 360, height: 780 });
	await fits(page);
	await page.getByRole('button', { name: 'Remove' }).click();
	await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
	await expect(page.getByText('None is set up')).toBeVisible();
});

test('the inbox opens from every page, and says what it is for while it is empty', async ({
	world,
	browse
}) => {
	const page = await browse(world.reporter);
	await openLive(page, '/issues');
	await page.getByRole('button', { name: 'Notifications' }).click();
	await expect(page.getByRole('dialog', { name: 'Notifications' })).toContainText('Nothing here');
	await accessible(page);
	await page.keyboard.press('Escape');
	await expect(page.getByRole('button', { name: 'Notifications' })).toBeFocused();
});
