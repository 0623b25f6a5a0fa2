import { accessible, expect, fits, openLive, test, type Page } from './support/test.ts';
import type { World } from './support/world.ts';

const runs = (page: Page) => page.getByRole('region', { name: 'Runs' });
const list = (page: Page) => page.getByRole('region', { name: 'Reports', exact: true });
const versions = (page: Page) => page.getByRole('dialog', { name: /^Versions of / });

/** What else can be done with the report that is open. */
async function choose(page: Page, act: string) {
	await runs(page).getByRole('button', { name: 'More' }).click();
	await page.getByRole('menuitem', { name: act, exact: true }).click();
}

/** A report of the admin's that was changed once. */
async function changedReport({ admin, project, maintainer, reporter }: World) {
	const name = `Stock ${project} ${Math.random().toString(36).slice(2, 8)}`;
	const source = { kind: 'dataset', dataset: 'issues', filter: 'is:open' };
	const definition = {
		name,
		source,
		formats: ['csv', 'pdf'],
		schedule: { when: 'every weekday 08:00', tz: 'Europe/Berlin' },
		recipients: [{ kind: 'user', user_id: maintainer.id }],
		templates: { intro: 'First line\nSecond line' }
	};
	const { id } = await admin.post<{ id: number }>('/api/reports', definition);
	await admin.patch(`/api/reports/${id}`, {
		source: { ...source, filter: 'is:open severity>=high' },
		formats: ['pdf', 'xlsx'],
		schedule: { when: 'every Monday 07:30', tz: 'Europe/Berlin', grace_s: 7200 },
		recipients: [
			{ kind: 'user', user_id: maintainer.id },
			{ kind: 'user', user_id: reporter.id },
			{ kind: 'role', role: 'MAINTAINER', project }
		],
		templates: { intro: 'First line\nAnother line' }
	});
	return { id, name };
}

test('a version says in words what it changed, and an earlier one is put back', async ({
	world,
	browse
}) => {
	const { id, name } = await changedReport(world);
	const page = await browse('admin');
	await openLive(page, `/reports/${id}`);
	await choose(page, 'Versions');
	const dialog = versions(page);
	await expect(dialog.getByRole('listitem')).toHaveCount(2);
	await expect(dialog.getByRole('listitem').first()).toContainText('Mara Velling: Filter, Formats');
	const section = (title: string) =>
		dialog.locator('section').filter({ has: page.getByRole('heading', { name: title }) });
	await expect(section('Filter')).toHaveText(/Filter\s*is:open\s*is:open severity>=high/);
	await expect(section('When')).toContainText('every weekday at 08:00');
	await expect(section('When')).toContainText('every Monday at 07:30');
	await expect(section('Grace')).toHaveText(/30 min\s*2 h/);
	await expect(section('Formats')).toHaveText(/− CSV\s+PDF\s+\+ XLSX/);
	await expect(section('Recipients')).toHaveText(
		new RegExp(`Nora Brandt\\s+\\+ Ravi Solheim\\s+\\+ Maintainers of ${world.projectName}`)
	);
	await expect(section('Words at the top')).toHaveText(
		/First line\s+− Second line\s+\+ Another line/
	);
	await accessible(page);

	await dialog.getByRole('button', { name: /^Version 1/ }).press('Enter');
	await expect(dialog).toContainText('The first version: nothing to compare it with.');
	await dialog.getByRole('button', { name: 'Go back to version 1' }).press('Enter');
	await expect(dialog).toBeHidden();
	await expect(list(page).getByRole('link', { name })).toContainText('Weekdays 08:00');
	await choose(page, 'Versions');
	await expect(dialog.getByRole('listitem')).toHaveCount(3);
	await expect(section('Filter')).toHaveText(/Filter\s*is:open severity>=high\s*is:open/);
	await page.setViewportSize({ width: 360, height: 780 });
	await fits(page);
	await accessible(page);
	await world.admin.delete(`/api/reports/${id}`);
});

test('a version that somebody else is quicker to change is not put back over theirs', async ({
	world,
	browse,
	expects
}) => {
	expects(412);
	const { id } = await changedReport(world);
	const page = await browse('admin');
	await openLive(page, `/reports/${id}`);
	await choose(page, 'Versions');
	const dialog = versions(page);
	await dialog.getByRole('button', { name: /^Version 1/ }).click();
	await page.route(`**/api/reports/${id}`, async (route) => {
		if (route.request().method() === 'PUT')
			await world.admin.patch(`/api/reports/${id}`, { description: 'Quicker' });
		await route.continue();
	});
	await dialog.getByRole('button', { name: 'Go back to version 1' }).click();
	await expect(dialog.getByRole('alert')).toContainText('version 3');
	await expect(dialog.getByRole('button', { name: /^Version 3/ })).toBeVisible();
	await dialog.getByRole('button', { name: 'Go back to version 1' }).click();
	await expect(dialog).toBeHidden();
	await world.admin.delete(`/api/reports/${id}`);
});

test('a schedule is paused and goes on, for everybody who looks', async ({ world, browse }) => {
	const { id, name } = await changedReport(world);
	const [page, other] = [await browse('admin'), await browse(world.maintainer)];
	await openLive(page, `/reports/${id}`);
	await openLive(other, '/reports');
	const row = (who: Page) => list(who).getByRole('link', { name });
	await expect(row(other)).toContainText('next Mon');
	await choose(page, 'Pause the schedule');
	await expect(row(page)).toContainText('Paused');
	await expect(row(other)).toContainText('Paused');
	await expect(page.getByText('its slots are recorded, and nothing is sent')).toBeVisible();
	await choose(page, 'Resume the schedule');
	await expect(row(page)).toContainText('next Mon');
	await expect(row(other)).toContainText('next Mon');

	await choose(page, 'Pause the schedule');
	await expect(row(page)).toContainText('Paused');
	await page.keyboard.press('z');
	await expect(row(page)).toContainText('next Mon');
	await expect(row(other)).toContainText('next Mon');
	await accessible(page);
	await world.admin.delete(`/api/reports/${id}`);
	await expect(row(other)).toBeHidden();
});
