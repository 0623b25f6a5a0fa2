import { accessibleInBoth, expect, fits, openLive, test, type Page } from './support/test.ts';

const JOB = 'Forget ended logins';
const row = (page: Page) => page.getByRole('row').filter({ hasText: JOB });

test('a job is run by hand, rests and goes on, for everybody who looks', async ({ browse }) => {
	const [page, other] = [await browse('admin'), await browse('admin')];
	await openLive(page, '/admin/jobs');
	await openLive(other, '/admin/jobs');
	await row(page)
		.getByRole('button', { name: `Pause ${JOB}` })
		.click();
	await expect(row(page)).toContainText('Paused by Mara Velling');
	await expect(row(other)).toContainText('Paused by Mara Velling');
	await row(other)
		.getByRole('button', { name: `Resume ${JOB}` })
		.press('Enter');
	await expect(row(other)).toContainText(/in \d+ h|in \d+ min/);
	await expect(row(page).getByRole('button', { name: `Pause ${JOB}` })).toBeVisible();

	await row(page)
		.getByRole('button', { name: `Run ${JOB} now` })
		.click();
	await row(page).locator('[data-job]').press('Enter');
	const runs = page.getByRole('dialog', { name: `Runs of ${JOB}` });
	await expect(runs).toContainText('by Mara Velling');
	await expect(page).toHaveURL(/job=old_logins/);
	await accessibleInBoth(page);
	await page.keyboard.press('Escape');
	await expect(runs).toBeHidden();

	await expect(page.getByRole('heading', { name: 'Processes' })).toBeVisible();
	await accessibleInBoth(page);
	await page.setViewportSize({ width: 360, height: 780 });
	await fits(page);
	await accessibleInBoth(page);
});
