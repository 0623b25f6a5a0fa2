import { accessible, expect, openLive, test } from './support/test.ts';

test('people: let somebody in, find, change, and delete by name', async ({
	world,
	browse,
	expects
}) => {
	expects(409, 401);
	const mail = `pia-${world.project.toLowerCase()}@yard.example`;
	const page = await browse('admin');
	await openLive(page, '/admin/people');
	await page.getByRole('button', { name: 'New person' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Name').fill('Pia Vester');
	await dialog.getByLabel('Email').fill(world.reporter.email);
	await dialog.getByRole('button', { name: 'Maintainer' }).click();
	await dialog.getByRole('button', { name: 'Add person' }).click();
	await expect(dialog.getByRole('alert')).toHaveText('Somebody else has this mail address');
	await expect(dialog.getByLabel('Name')).toHaveValue('Pia Vester');
	await accessible(page);
	await dialog.getByLabel('Email').fill(mail);
	await dialog.getByRole('button', { name: 'Add person' }).click();
	const made = page.getByRole('textbox', { name: 'Password of Pia Vester' });
	const password = await made.inputValue();
	await page.getByRole('button', { name: 'Done' }).click();
	await expect(made).toBeHidden();

	// She can come in with what was shown once.
	const pia = await browse({ email: mail, password });
	await openLive(pia, '/issues');

	await page.getByRole('textbox', { name: 'Find by name or email' }).fill(mail.slice(0, 12));
	await expect(page).toHaveURL(/q=pia-/);
	const row = page.getByRole('row').filter({ hasText: mail });
	await expect(row).toContainText('Maintainer');
	await expect(page.getByRole('row')).toHaveCount(2);

	await row.getByRole('button', { name: 'Edit Pia Vester' }).click();
	await dialog.getByRole('button', { name: 'Reporter' }).click();
	await dialog.getByRole('button', { name: 'Off' }).click();
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(row).toContainText('Reporter');
	await expect(row).toContainText('Off');
	await expect(pia).toHaveURL(/\/login/);

	await row.getByRole('button', { name: 'Edit Pia Vester' }).click();
	await dialog.getByRole('button', { name: 'Delete' }).click();
	const act = dialog.getByRole('button', { name: 'Delete' });
	await expect(act).toBeDisabled();
	await dialog.getByLabel('Type Pia Vester to confirm').fill('Pia Vester');
	await act.click();
	await expect(row).toBeHidden();
	await expect(page.getByRole('heading', { name: 'Nobody fits this filter' })).toBeVisible();
});

test('people: the last admin stays, as the server says', async ({ world, browse, expects }) => {
	expects(409);
	void world;
	const page = await browse('admin');
	await openLive(page, '/admin/people?role=ADMIN&active=true');
	await page.getByRole('button', { name: 'Edit Mara Velling' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByRole('button', { name: 'Reporter' }).click();
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(dialog.getByRole('alert')).toHaveText(
		'This is the last admin; make somebody else an admin first'
	);
	await dialog.getByRole('button', { name: 'Cancel' }).click();
	await expect(page.getByRole('row').filter({ hasText: 'Mara Velling' })).toContainText('Admin');
});

test('people: what another admin changes meanwhile shows beside what is typed', async ({
	world,
	browse
}) => {
	const { id } = world.other;
	const page = await browse('admin');
	await openLive(page, `/admin/people?q=${world.other.email}`);
	await page.getByRole('button', { name: 'Edit Ada Lindqvist' }).click();
	const name = page.getByRole('dialog').getByLabel('Name');
	await name.fill('Ada L. Lindqvist');
	await world.admin.patch(`/api/users/${id}`, { name: 'Ada Berg' });
	await expect(page.getByText('Somebody made it Ada Berg meanwhile.')).toBeVisible();
	await expect(name).toHaveValue('Ada L. Lindqvist');
	await page.getByRole('button', { name: 'Take that' }).click();
	await expect(name).toHaveValue('Ada Berg');
	await world.admin.patch(`/api/users/${id}`, { name: 'Ada Lindqvist' });
	await expect(name).toHaveValue('Ada Lindqvist');
});

test('people: the right to write SQL shows in the open editor at once, and so does its end', async ({
	world,
	browse
}) => {
	const login = {
		email: `wim-${world.project.toLowerCase()}@yard.example`,
		password: 'a-password-of-wim'
	};
	const draft = { ...login, name: 'Wim Aalto', role: 'MAINTAINER' };
	const { id } = await world.admin.post<{ id: number }>('/api/users', draft);
	const wim = await browse(login);
	await openLive(wim, '/reports/new');
	await expect(wim.getByRole('button', { name: /^With SQL/ })).toContainText('Ask ');
	await wim.getByRole('button', { name: /^From a dataset/ }).click();
	const editor = wim.getByRole('complementary', { name: 'Edit report' });
	const kinds = editor.getByRole('group', { name: 'Made from' });
	await expect(editor.getByText('SQL is for admins')).toBeVisible();
	await expect(kinds).toHaveCount(0);

	const page = await browse('admin');
	await openLive(page, `/admin/people?q=${login.email}`);
	const row = page.getByRole('row').filter({ hasText: login.email });
	await page.getByRole('button', { name: 'Edit Wim Aalto' }).press('Enter');
	const may = page.getByRole('dialog').getByRole('checkbox', { name: 'May write SQL reports' });
	await may.press('Space');
	await expect(may).toBeChecked();
	await accessible(page);

	const run = wim.getByRole('region', { name: 'Runs' }).getByRole('button', { name: 'Preview' });
	await kinds.getByRole('button', { name: 'SQL' }).click();
	const checked = () => wim.waitForResponse('**/api/sandbox/check');
	const first = checked();
	await wim.getByRole('textbox', { name: 'SQL' }).fill("SELECT 'in the yard' AS place");
	await run.click();
	expect((await first).status()).toBe(200);
	await expect(wim.getByRole('cell', { name: 'in the yard' })).toBeVisible();

	// Another admin takes it: both see it, and what was written stays.
	await world.admin.delete(`/api/sandbox/writers/${id}`);
	await expect(may).not.toBeChecked();
	await expect(wim.getByRole('alert')).toContainText('SQL is for admins');
	await expect(run).toBeDisabled();
	await expect(wim.getByRole('textbox', { name: 'SQL' })).toContainText('in the yard');
	const again = checked();
	await may.press('Space');
	await expect(run).toBeEnabled();
	expect((await again).status()).toBe(200);
	await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
	await expect(row.getByTitle('May write SQL reports')).toBeVisible();
	await world.admin.delete(`/api/users/${id}`);
});

test('projects: open one, give it people, labels and limits, and delete it by name', async ({
	world,
	browse,
	expects
}) => {
	expects(409);
	const key = `P${world.project.slice(1)}`;
	const page = await browse('admin');
	await openLive(page, '/admin/projects');
	await page.getByRole('button', { name: 'New project' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Name').fill('Loading dock');
	await expect(dialog.getByLabel('Key')).toHaveValue('LD');
	await dialog.getByLabel('Key').fill(world.project);
	await dialog.getByRole('button', { name: 'Members', exact: true }).click();
	await dialog.getByRole('button', { name: 'Create project' }).click();
	await expect(dialog.getByRole('alert')).toHaveText('Another project has this key');
	await dialog.getByLabel('Key').fill(key);
	await dialog.getByRole('button', { name: 'Create project' }).click();
	await expect(page).toHaveURL(new RegExp(`/admin/projects/${key}$`));
	await expect(page.getByRole('navigation', { name: 'Projects' })).toContainText(key);

	// The stream shows a label before the answer comes; what is typed meanwhile stays.
	await page.route(`**/api/projects/${key}/labels`, async (route) => {
		if (route.request().method() !== 'POST') return route.fallback();
		const answer = await route.fetch();
		await expect(page.getByLabel('New label')).toHaveValue('Forklift');
		await route.fulfill({ response: answer });
	});
	await page.getByLabel('New label').fill('forklift');
	await page.getByRole('button', { name: 'Add label' }).click();
	await expect(page.getByRole('listitem').filter({ hasText: 'forklift' })).toBeVisible();
	await page.getByLabel('New label').fill('Forklift');
	await page.getByRole('button', { name: 'Add label' }).click();
	await expect(page.getByRole('alert')).toHaveText('The project has a label of this name');
	await expect(page.getByLabel('New label')).toHaveValue('Forklift');

	const find = page.getByRole('combobox', { name: 'Add somebody by name or email' });
	await page.getByRole('group', { name: 'Role in this project' }).getByText('Maintainer').click();
	await find.fill(world.reporter.email);
	await page.getByRole('option', { name: 'Ravi Solheim' }).waitFor();
	await find.press('Enter');
	await expect(
		page.getByRole('button', { name: 'Role of Ravi Solheim: Maintainer' })
	).toBeVisible();

	await page.getByRole('checkbox', { name: 'Maintainer: Open to Done' }).check();
	const workflow = page.getByRole('region', { name: 'Workflow' });
	await workflow.getByLabel('In progress', { exact: true }).fill('0');
	await expect(workflow.getByText('1 to 10,000')).toBeVisible();
	await workflow.getByLabel('In progress', { exact: true }).fill('3');
	await workflow.getByRole('button', { name: 'Save' }).click();
	await expect(workflow.getByRole('button', { name: 'Cancel' })).toBeHidden();
	const saved = await world.admin.get<{
		transitions: { role: string; from: string; to: string }[];
		wip_limits: Record<string, number>;
	}>(`/api/projects/${key}/workflow`);
	expect(saved.wip_limits).toEqual({ IN_PROGRESS: 3 });
	expect(saved.transitions).toContainEqual({ role: 'MAINTAINER', from: 'OPEN', to: 'DONE' });
	await accessible(page);

	// The stream tells of it before the answer comes: of a project that is gone nothing more is asked.
	await page.route(`**/api/projects/${key}`, async (route) => {
		const answer = await route.fetch();
		await expect(page.getByRole('heading', { name: `${key} was deleted` })).toBeVisible();
		await route.fulfill({ response: answer });
	});
	await page.getByRole('button', { name: `Delete ${key}` }).click();
	await dialog.getByLabel('Type Loading dock to confirm').fill('Loading dock');
	await dialog.getByRole('button', { name: `Delete ${key}` }).click();
	await expect(page).toHaveURL(/\/admin\/projects$/);
	await expect(page.getByRole('navigation', { name: 'Projects' })).not.toContainText(key);
});

test('a maintainer has the labels of their project, and nothing else of it, to edit', async ({
	world,
	browse
}) => {
	const page = await browse(world.maintainer);
	await openLive(page, '/help');
	const admin = page.getByRole('navigation', { name: 'Administration' });
	await expect(admin.getByRole('link')).toHaveText(['Projects']);
	await admin.getByRole('link', { name: 'Projects' }).click();
	await page.getByRole('main').getByRole('link', { name: world.projectName }).click();
	await page.getByLabel('New label').fill('night shift');
	await page.getByRole('button', { name: 'Colour #9333ea' }).click();
	await page.getByRole('button', { name: 'Add label' }).click();
	await expect(page.getByRole('listitem').filter({ hasText: 'night shift' })).toBeVisible();
	await expect(page.getByRole('checkbox', { name: 'Maintainer: Open to Triaged' })).toBeDisabled();
	await expect(page.getByRole('region', { name: 'Members' })).toContainText('Ravi Solheim');
	await expect(page.getByRole('button', { name: /^(Role of|Remove|Delete|Save)/ })).toHaveCount(0);
});
