import { expect, test, type Page } from '@playwright/test';
import { accessible } from './support/accessible.ts';
import { many, sample, serveIssues, type SampleIssue } from './support/issues.ts';
import { mockServer } from './support/mock.ts';

const row = (page: Page, key: string) =>
	page.locator('li', { has: page.locator(`a[data-key="${key}"]`) });

/** Another person does something; the stream tells it. */
async function tell(
	page: Page,
	seq: number,
	type: string,
	issue: SampleIssue,
	changed: object = {}
) {
	const body = {
		type,
		at: issue.updated_at,
		actor: { id: 5, name: 'Priya Sandaru' },
		project: issue.project,
		issue,
		version: issue.version,
		changed
	};
	await page.evaluate(
		(frames) => (window as unknown as { pushFrames: (text: string) => void }).pushFrames(frames),
		`id: 1.${seq}\nevent: ${type}\ndata: ${JSON.stringify(body)}\n\n`
	);
}

test.describe('the list', () => {
	test('is walked, picked from and changed by keys', async ({ page, context }) => {
		await mockServer(context);
		const issues = await serveIssues(context);
		await page.goto('/issues');
		await expect(row(page, 'SCN-212')).toBeVisible();
		await accessible(page);
		await page.keyboard.press('j');
		await page.keyboard.press('j');
		await expect(page.locator('a[data-key="DEP-418"]')).toBeFocused();
		await page.keyboard.press('s');
		await page.getByRole('option', { name: 'In progress' }).click();
		await expect(row(page, 'DEP-418').getByTitle('Status: In progress')).toBeVisible();
		expect(issues.find(({ key }) => key === 'DEP-418')?.status).toBe('IN_PROGRESS');
		await page.keyboard.press('Enter');
		await expect(page).toHaveURL(/\/issues\/DEP-418$/);
	});

	test('rehearses before it applies, and offers to undo', async ({ page, context }) => {
		await mockServer(context);
		const asked: { keys: string[]; dry_run: boolean; patch: object }[] = [];
		await serveIssues(context);
		await context.route('**/api/issues/bulk', (route) => {
			const body = route.request().postDataJSON() as (typeof asked)[number];
			asked.push(body);
			return route.fulfill({
				json: {
					outcome: body.dry_run ? 'rehearsed' : 'applied',
					changed: [
						{
							key: 'SCN-212',
							changed: { assignee: { old: null, new: { id: 2, name: 'Tomo Adeyar' } } }
						}
					],
					unchanged: [],
					refused: [
						{ key: 'DEP-418', code: 'invalid_assignee', detail: 'Tomo is not in this project' }
					]
				}
			});
		});
		await page.goto('/issues');
		await page.getByLabel('Select SCN-212').check();
		await page.getByLabel('Select DEP-418').check();
		await page.keyboard.press('a');
		await page.getByRole('option', { name: 'Tomo Adeyar' }).click();
		await expect(page.getByRole('button', { name: 'Apply to 1' })).toBeEnabled();
		await page.getByRole('button', { name: 'Rehearse' }).click();
		await expect(page.getByText('SCN-212 from Nobody')).toBeVisible();
		await expect(page.getByText('DEP-418: Tomo is not in this project')).toBeVisible();
		await accessible(page);
		await page.getByRole('button', { name: 'Apply to 1' }).click();
		await expect(page.getByText('assigned to Tomo Adeyar')).toBeVisible();
		await page.keyboard.press('z');
		await expect.poll(() => asked.length).toBe(3);
		expect(asked.map(({ dry_run }) => dry_run)).toEqual([true, false, false]);
		expect(asked[2]).toMatchObject({ keys: ['SCN-212'], patch: { assignee_id: null } });
	});

	test('does not move under the pointer', async ({ page, context }) => {
		await mockServer(context);
		await serveIssues(context);
		await page.goto('/issues?q=-status%3Adone%20sort%3A-priority');
		await row(page, 'DEP-395').hover();
		const [issue] = sample();
		if (!issue) throw new Error('There is no sample');
		await tell(page, 8, 'issue.created', {
			...issue,
			id: 2000,
			key: 'SCN-220',
			title: 'A new one',
			version: 1
		});
		const done = sample().find(({ key }) => key === 'SCN-208') ?? issue;
		const changed = { status: { old: 'IN_PROGRESS', new: 'DONE' } };
		await tell(page, 9, 'issue.updated', { ...done, status: 'DONE', version: 4 }, changed);
		await expect(page.getByRole('button', { name: '1 newer change' })).toBeVisible();
		await expect(row(page, 'SCN-208').getByText('No longer matches')).toBeVisible();
		await expect(row(page, 'SCN-220')).toHaveCount(0);
		await page.getByRole('button', { name: '1 newer change' }).click();
		await expect(row(page, 'SCN-220')).toBeVisible();
		await expect(row(page, 'SCN-208')).toHaveCount(0);
	});

	test('shows a new one at once when nobody reads', async ({ page, context }) => {
		await mockServer(context);
		await serveIssues(context);
		await page.goto('/issues');
		await expect(row(page, 'SCN-212')).toBeVisible();
		const [issue] = sample();
		if (!issue) throw new Error('There is no sample');
		const now = new Date().toISOString().replace('Z', '000Z');
		await tell(page, 8, 'issue.created', {
			...issue,
			id: 2000,
			key: 'SCN-220',
			updated_at: now,
			version: 1
		});
		await expect(page.locator('a[data-key]').first()).toHaveAttribute('data-key', 'SCN-220');
	});

	test('says where a query is wrong, and puts it right', async ({ page, context }) => {
		await mockServer(context);
		await serveIssues(context);
		await context.route(/\/api\/issues\?.*sevrity/, (route) =>
			route.fulfill({
				status: 422,
				contentType: 'application/problem+json',
				json: {
					code: 'invalid_query',
					title: 'The query can’t be understood',
					status: 422,
					detail: 'There is no field “sevrity” at character 13: expected one of assignee, severity',
					position: 12,
					expected: 'one of assignee, severity',
					suggestion: 'severity'
				}
			})
		);
		await page.goto('/issues?q=status%3Aopen%20sevrity%3E%3Dhigh');
		await expect(page.getByText('Character 13: there is no field “sevrity”.')).toBeVisible();
		await page.getByRole('button', { name: 'severity', exact: true }).click();
		await expect(page).toHaveURL(/q=status%3Aopen\+severity%3E%3Dhigh/);
		await expect(row(page, 'SCN-212')).toBeVisible();
	});

	test('stays quick with 10,000 rows', async ({ page, context }) => {
		await mockServer(context);
		await serveIssues(context, { issues: many(10_000) });
		await page.goto('/issues');
		await expect(page.getByText('10,000 issues')).toBeVisible();
		for (let times = 0; times < 30; times += 1) {
			await page.locator('.rows').evaluate((rows) => rows.scrollBy(0, 4000));
			await page.waitForTimeout(10);
		}
		expect(await page.locator('.rows li').count()).toBeLessThan(80);
		await expect(page.locator('a[data-key]').first()).not.toHaveAttribute('data-key', 'DEP-10000');
	});

	test('fits a phone', async ({ page, context }) => {
		await page.setViewportSize({ width: 360, height: 780 });
		await mockServer(context);
		await serveIssues(context);
		await page.goto('/issues');
		await expect(row(page, 'SCN-212')).toBeVisible();
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
		const box = await row(page, 'SCN-212').boundingBox();
		expect(box?.height).toBeGreaterThanOrEqual(44);
		await accessible(page);
	});
});
