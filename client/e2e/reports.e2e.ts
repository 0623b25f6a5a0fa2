import type { Login } from './support/people.ts';
import { accessible, expect, openLive, test, type Page } from './support/test.ts';
import { picture } from './support/picture.ts';
import type { World } from './support/world.ts';

const row = (page: Page, name: string) =>
	page.getByRole('region', { name: 'Reports', exact: true }).getByRole('link', { name });
const editor = (page: Page) => page.getByRole('complementary', { name: 'Edit report' });
const field = (page: Page, name: string) => editor(page).getByLabel(name, { exact: true });

/** Somebody who came in today, and works on the project. */
async function newcomer({ admin, project }: World): Promise<Login> {
	const tag = `${project.toLowerCase()}-${Math.random().toString(36).slice(2, 8)}`;
	const login = { email: `new-${tag}@yard.example`, password: `yard-${tag}-${tag}` };
	const draft = { ...login, name: 'Noor Halvorsen', role: 'MAINTAINER' };
	const { id } = await admin.post<{ id: number }>('/api/users', draft);
	await admin.put(`/api/projects/${project}/members/${id}`, { role: 'MAINTAINER' });
	return login;
}

test('a new user makes “open critical issues by project, every weekday 08:00, to my team, Excel and PDF” without SQL', async ({
	world,
	browse
}) => {
	for (const title of ['Scanner freezes on a truck', 'Dock calendar shows two clocks'])
		await world.file(title, world.reporter, { severity: 'CRITICAL' });
	const name = `Open critical by project ${world.project}`;
	const page = await browse(await newcomer(world));
	await openLive(page, '/');
	await page.keyboard.press('g');
	await page.keyboard.press('r');
	await page.keyboard.press('n');
	await expect(page.getByRole('button', { name: /^Open critical/ })).toBeVisible();
	await picture(page, 'reports-start');
	await page.getByRole('button', { name: /^From a dataset/ }).click();
	await field(page, 'Name').fill(name);
	await editor(page).getByRole('button', { name: 'Open', exact: true }).click();
	await editor(page).getByRole('button', { name: 'Critical', exact: true }).click();
	await expect(page.getByRole('cell', { name: 'Scanner freezes on a truck' })).toBeVisible();
	await editor(page)
		.getByRole('button', { name: /^A table for each/ })
		.click();
	await page.getByRole('option', { name: 'Project', exact: true }).click();
	await expect(page.getByRole('columnheader', { name: /^Project/ })).toBeVisible();
	await picture(page, 'reports-data');
	await editor(page).getByRole('button', { name: 'Schedule', exact: true }).click();
	await field(page, 'When').fill('every weekday 08:00 Europe/Berlin');
	await expect(editor(page).getByText('0 8 * * 1-5')).toBeVisible();
	await expect(editor(page).getByRole('listitem')).toHaveCount(5);
	await editor(page)
		.getByRole('combobox', { name: 'Recipients' })
		.fill(`maintainers of ${world.projectName}`);
	await page.getByRole('option', { name: `Maintainers of ${world.projectName}` }).click();
	await expect(editor(page).getByRole('checkbox', { name: 'PDF' })).toBeChecked();
	await expect(editor(page).getByRole('checkbox', { name: 'XLSX' })).toBeChecked();
	await picture(page, 'reports-schedule');
	await page.keyboard.press('ControlOrMeta+s');
	await expect(row(page, name)).toContainText('Weekdays 08:00');
	await accessible(page);
});

test('a run is followed to its receipt: files, chart, recipients, links', async ({
	world,
	browse
}) => {
	const ready = '/api/reports/ready-made/weekly_status';
	const { id } = await world.admin.post<{ id: number }>(ready, { tz: 'Europe/Berlin' });
	const page = await browse('admin');
	await openLive(page, `/reports/${id}`);
	const runs = page.getByRole('region', { name: 'Runs' });
	await expect(runs.getByRole('button', { name: 'Run now' })).toBeVisible();
	await page.keyboard.press('r');
	// It has parameters: their usual values are there, and Enter is enough.
	const values = page.getByRole('dialog', { name: /^Run Weekly status/ });
	await expect(values.getByRole('textbox').first()).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(runs.locator('[data-slot]')).toHaveCount(1, { timeout: 40_000 });
	await expect(runs).toContainText('By hand, Mara Velling');
	await runs.locator('[data-slot]').press('Enter');
	const receipt = page.getByRole('complementary', { name: 'Receipt' });
	await expect(receipt).toContainText('everything');
	await expect(receipt.getByRole('img').locator('svg .mark-rect path').first()).toBeVisible();
	await expect(receipt).toContainText('in the inbox');
	await accessible(page);
	await picture(page, 'reports-receipt');
	const href = await receipt.getByRole('link', { name: /^Download .*pdf$/ }).getAttribute('href');
	const pdf = await page.request.get(href ?? '');
	expect(pdf.headers()['content-type']).toBe('application/pdf');
	expect((await pdf.body()).subarray(0, 5).toString()).toBe('%PDF-');

	await receipt.getByRole('button', { name: /^Share .*pdf$/ }).click();
	await receipt.getByRole('button', { name: 'Make a link' }).click();
	const url = await receipt.getByRole('textbox', { name: 'The link' }).inputValue();
	const stranger = await browse(null);
	const { pathname } = new URL(url);
	expect((await stranger.request.get(pathname)).status()).toBe(200);
	await receipt.getByRole('button', { name: 'End it' }).click();
	await expect(receipt.getByRole('button', { name: 'End it' })).toBeHidden();
	expect((await stranger.request.get(pathname)).status()).toBe(404);
	await world.admin.delete(`/api/reports/${id}`);
});

test('a run by hand takes values of its own, and its receipt says which', async ({
	world,
	browse,
	expects
}) => {
	expects(422);
	await world.file('Ramp sensor is silent', world.reporter, { severity: 'CRITICAL' });
	const { id } = await world.admin.post<{ id: number }>('/api/reports', {
		name: `Since ${world.project}`,
		source: { kind: 'dataset', dataset: 'issues', filter: 'project:$project created>=$since' },
		parameters: [
			{ name: 'project', type: 'project', default: null, required: true, label: 'Project' },
			{ name: 'since', type: 'date', default: 'month_start', label: 'Since' }
		],
		formats: ['csv']
	});
	const page = await browse('admin');
	await openLive(page, `/reports/${id}`);
	const runs = page.getByRole('region', { name: 'Runs' });
	await runs.getByRole('button', { name: 'Run now' }).click();
	const dialog = page.getByRole('dialog', { name: `Run Since ${world.project}` });
	const since = dialog.getByLabel('Since');
	await expect(since).toHaveValue('month_start');
	await since.fill('last_decade');
	await dialog.getByRole('button', { name: 'Run now' }).click();
	await expect(dialog.getByRole('alert')).toHaveCount(2);
	await expect(dialog.getByRole('alert').first()).toHaveText('needs a value');
	await expect(since).toHaveValue('last_decade');
	await accessible(page);
	await picture(page, 'reports-values');
	await since.fill('-7d');
	await dialog.getByRole('button', { name: /^Project:/ }).click();
	await page.getByRole('option', { name: world.projectName }).click();
	await since.press('Enter');
	await expect(dialog).toBeHidden();
	await expect(runs.locator('[data-slot]')).toHaveCount(1, { timeout: 40_000 });
	await runs.locator('[data-slot]').press('Enter');
	const receipt = page.getByRole('complementary', { name: 'Receipt' });
	const fact = (name: string) =>
		receipt.locator('dl > div').filter({ has: page.getByText(name, { exact: true }) });
	await expect(fact('Project')).toContainText(world.project);
	await expect(fact('Since')).toContainText(/\d{4}-\d{2}-\d{2}/);
	await fact('Rows').getByRole('link').click();
	await expect(page).toHaveURL(/\/issues\?q=project/);
	await expect(page.getByText('Ramp sensor is silent')).toBeVisible();
	await world.admin.delete(`/api/reports/${id}`);
});
