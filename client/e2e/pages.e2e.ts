import {
	accessible,
	accessibleInBoth,
	expect,
	fits,
	openLive,
	test,
	type Page
} from './support/test.ts';
import type { Issue } from './support/world.ts';

interface Stop {
	path: string;
	/** What has to be there before it is looked at. */
	until: (page: Page) => Promise<unknown>;
}

const heading = (name: string | RegExp) => (page: Page) =>
	page.getByRole('heading', { level: 1, name }).waitFor();
const table = (page: Page) => page.getByRole('table').first().waitFor();

/** The pages of the signed-in part, with what makes them complete. Feed, issue, insights and reports have specs of
 * their own that look at them with more on them. */
const STOPS: Record<string, (issue: Issue, project: string) => Stop> = {
	issues: ({ title }, project) => ({
		path: `/issues?project=${project}`,
		until: (page) => page.getByRole('link', { name: title }).waitFor()
	}),
	board: (_, project) => ({
		path: `/board?project=${project}`,
		until: (page) => page.locator('[data-card]').first().waitFor()
	}),
	'new issue': () => ({
		path: '/new',
		until: (page) => page.getByRole('textbox', { name: 'Title' }).waitFor()
	}),
	settings: () => ({ path: '/me', until: heading('Settings') }),
	help: () => ({ path: '/help', until: heading('Help') }),
	people: () => ({ path: '/admin/people', until: table }),
	projects: () => ({ path: '/admin/projects', until: table }),
	project: (_, project) => ({ path: `/admin/projects/${project}`, until: table }),
	mail: () => ({ path: '/admin/mail', until: heading('Mail') })
};

for (const [name, stopAt] of Object.entries(STOPS)) {
	test(`${name}: accessible in light and dark, wide and on a phone`, async ({ world, browse }) => {
		const issue = await world.file(`Looked at by ${name}`, world.reporter, {
			description: '## Steps\n\n1. Scan `4.2.0`\n\n```\nfun close(early: Boolean) = 1\n```'
		});
		const at = `/api/issues/${issue.key}`;
		await world.reporter.program.post(`${at}/comments`, { body: 'Seen **twice**.' });
		await world.admin.patch(at, { status: 'IN_PROGRESS', priority: 'URGENT' });
		const { path, until } = stopAt(issue, world.project);
		const page = await browse('admin');
		await openLive(page, path);
		await until(page);
		await accessibleInBoth(page);
		await page.setViewportSize({ width: 360, height: 780 });
		await until(page);
		await accessibleInBoth(page);
		await fits(page);
	});
}

test('the dialogs are accessible in light and dark, wide and on a phone', async ({ browse }) => {
	const page = await browse('admin');
	for (const size of [
		{ width: 1440, height: 900 },
		{ width: 360, height: 780 }
	]) {
		await page.setViewportSize(size);
		await openLive(page, '/help');
		for (const keys of ['c', 'ControlOrMeta+k']) {
			await page.keyboard.press(keys);
			await page.getByRole('dialog').waitFor();
			await accessibleInBoth(page);
			await page.keyboard.press('Escape');
			await expect(page.getByRole('dialog')).toBeHidden();
		}
	}
});

test('the login page takes the demo people in, and brings back to where one was going', async ({
	browse,
	expects
}) => {
	expects(401);
	const page = await browse(null);
	await page.goto('/board');
	await expect(page).toHaveURL(/\/login\?next=%2Fboard/);
	await accessible(page);
	await page.getByLabel('Email').fill('reporter@trackly.com');
	await page.getByLabel('Password', { exact: true }).fill('not the right one');
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await expect(page.getByRole('alert')).toBeVisible();
	await expect(page.getByLabel('Email')).toHaveValue('reporter@trackly.com');
	await page.getByRole('button', { name: 'Sign in as Lea Sommerlin' }).click();
	await expect(page).toHaveURL(/\/board/);
	await page.goto('/me');
	await page.getByRole('button', { name: 'Sign out' }).click();
	await expect(page).toHaveURL(/\/login/);
	await page.goto('/issues');
	await expect(page).toHaveURL(/\/login\?next=%2Fissues/);
});
