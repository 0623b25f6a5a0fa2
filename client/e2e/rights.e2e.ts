import { accessible, expect, liveMark, openLive, test } from './support/test.ts';

test('a reporter never meets the issue of another one', async ({ world, browse, expects }) => {
	expects(404);
	const hidden = await world.file('Only Ada may know of this', world.other);
	const mine = await world.file('Filed by Ravi himself');
	const page = await browse(world.reporter);
	await openLive(page, `/issues?project=${world.project}`);
	await expect(page.getByRole('link', { name: mine.title })).toBeVisible();
	await expect(page.getByText(hidden.title)).toBeHidden();

	// Nor when something happens to it, in the list, the feed or the palette.
	await world.admin.patch(`/api/issues/${hidden.key}`, { severity: 'CRITICAL' });
	await world.admin.patch(`/api/issues/${mine.key}`, { title: 'Filed by Ravi, renamed' });
	await expect(page.getByRole('link', { name: 'Filed by Ravi, renamed' })).toBeVisible();
	await expect(page.getByText(hidden.title)).toBeHidden();
	await page.goto('/');
	await expect(page.getByText('Filed by Ravi, renamed').first()).toBeVisible();
	await expect(page.getByText(hidden.title)).toBeHidden();
	await page.keyboard.press('ControlOrMeta+k');
	await page.keyboard.type('Only Ada may know');
	await expect(page.getByRole('option', { name: /Search issues for/ })).toBeVisible();
	await expect(page.getByRole('option', { name: hidden.title })).toBeHidden();

	await page.goto(`/issues/${hidden.key}`);
	await expect(page.getByText(`There is no ${hidden.key}`)).toBeVisible();
	await expect(page.getByText(hidden.title)).toBeHidden();
	await accessible(page);
});

test('a reporter reads the fields of an issue and cannot set them', async ({ world, browse }) => {
	const { key } = await world.file('Read only, please');
	const page = await browse(world.reporter);
	await openLive(page, `/issues/${key}`);
	const fields = page.getByRole('complementary', { name: 'Fields' });
	await expect(fields).toContainText('Open');
	await expect(
		fields.getByRole('button', { name: /^(Status|Severity|Priority|Assignee)/ })
	).toHaveCount(0);
	await page.keyboard.press('s');
	await expect(page.getByRole('listbox')).toBeHidden();
});

test('pages that are not for the role, and pages that are nowhere', async ({
	world,
	browse,
	expects
}) => {
	expects(404);
	const page = await browse(world.reporter);
	const paths = ['people', 'projects', `projects/${world.project}`, 'mail', 'jobs'];
	for (const path of [
		...paths.map((name) => `/admin/${name}`),
		'/reports/sources',
		'/reports/new'
	]) {
		await openLive(page, path);
		await expect(
			page.getByRole('heading', { name: 'This page is not for your role' }).first()
		).toBeVisible();
		await expect(page.getByRole('navigation', { name: 'Administration' })).toBeHidden();
	}
	await openLive(page, '/admin/projects/NOWHERE');
	await expect(page.getByRole('heading', { name: 'There is no such page' }).first()).toBeVisible();
	await openLive(page, '/no/such/page');
	await expect(page.getByRole('heading', { name: 'There is no such page' }).first()).toBeVisible();
	await accessible(page);
	await page.getByRole('main').getByRole('link', { name: 'Go to the feed' }).click();
	await expect(page).toHaveURL(/\/$/);
});

test('who is taken out of a project loses it on the open screen', async ({ world, browse }) => {
	const { id } = world.other;
	const { title } = await world.file('Soon out of sight', world.other);
	const page = await browse(world.other);
	await openLive(page, `/issues?project=${world.project}`);
	await expect(page.getByRole('link', { name: title })).toBeVisible();
	await world.admin.delete(`/api/projects/${world.project}/members/${id}`);
	await expect(page.getByRole('link', { name: title })).toBeHidden();
	await expect(page.getByRole('link', { name: world.projectName })).toBeHidden();
	await world.admin.put(`/api/projects/${world.project}/members/${id}`, { role: 'REPORTER' });
	await expect(page.getByRole('link', { name: world.projectName })).toBeVisible();
});

test('who lost a project while offline has nothing of it on the screen that comes back', async ({
	world,
	browse,
	expects
}) => {
	expects('net::ERR_INTERNET_DISCONNECTED', 404);
	const { id } = world.other;
	const { key, title } = await world.file('Out of sight in the tunnel', world.other);
	const [list, issue] = await Promise.all([browse(world.other), browse(world.other)]);
	await openLive(list, `/issues?project=${world.project}`);
	await openLive(issue, `/issues/${key}`);
	await expect(list.getByRole('link', { name: title })).toBeVisible();
	await expect(issue.getByRole('heading', { name: title, exact: true })).toBeVisible();
	for (const page of [list, issue]) {
		await page.context().setOffline(true);
		await expect(liveMark(page)).toHaveText('Offline');
	}
	await world.admin.delete(`/api/projects/${world.project}/members/${id}`);
	for (const page of [list, issue]) {
		await page.context().setOffline(false);
		await expect(liveMark(page)).toHaveText('Live');
	}
	await expect(list.getByRole('link', { name: title })).toBeHidden();
	await expect(issue.getByRole('heading', { name: title, exact: true })).toBeHidden();
	await expect(issue.getByText(`${key} is no longer yours to see`)).toBeVisible();
	await expect(issue).not.toHaveTitle(new RegExp(title));
	await expect(
		issue.getByRole('link', { name: `${world.projectName} ${world.project}` })
	).toBeHidden();
	await world.admin.put(`/api/projects/${world.project}/members/${id}`, { role: 'REPORTER' });
	await expect(list.getByRole('link', { name: title })).toBeVisible();
});

test('who is switched off is signed out at once', async ({ world, browse, expects }) => {
	expects(401);
	const login = {
		email: `gone-${world.project.toLowerCase()}@yard.example`,
		password: 'gone-gone-gone-gone'
	};
	const { id } = await world.admin.post<{ id: number }>('/api/users', {
		...login,
		name: 'Soon Gone'
	});
	const page = await browse(login);
	await openLive(page, '/help');
	await world.admin.patch(`/api/users/${id}`, { active: false });
	await expect(page).toHaveURL(/\/login\?next=%2Fhelp/);
	await world.admin.delete(`/api/users/${id}`);
});
