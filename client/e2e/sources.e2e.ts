import type { Login } from './support/people.ts';
import { picture } from './support/picture.ts';
import { accessibleInBoth, expect, fits, openLive, test, type Page } from './support/test.ts';
import type { World } from './support/world.ts';

const PASSWORD = 'a-password-that-is-not-shown';
const TEAMS =
	'Team;Floor space (m²);Since;Keyholder;ZIP\n' +
	'North;412,5;2026-02-01;yes;01067\n' +
	'South dock;1280;2026-11-15;no;20095\n' +
	'East;96,25;2025-06-03;yes;10115\n' +
	'Night shift;0;2026-09-21;no;04109\n';

const list = (page: Page) => page.getByRole('region', { name: 'List of data sources' });
const csv = (name: string, text: string) => ({
	name,
	mimeType: 'text/csv',
	buffer: Buffer.from(text)
});
const tag = () => Math.random().toString(36).slice(2, 8);

/** Somebody who makes reports: a maintainer, here and in the project. */
async function maker({ admin, project }: World): Promise<Login & { id: number }> {
	const login = { email: `maker-${tag()}@yard.example`, password: `yard-${tag()}-${tag()}` };
	const draft = { ...login, name: 'Ines Maurer', role: 'MAINTAINER' };
	const { id } = await admin.post<{ id: number }>('/api/users', draft);
	await admin.put(`/api/projects/${project}/members/${id}`, { role: 'MAINTAINER' });
	return { ...login, id };
}

/** What was made here is taken away again. */
async function clear({ admin }: World, named: (name: string) => boolean) {
	const { items } = await admin.get<{ items: { id: number; name: string }[] }>(
		'/api/data-sources?limit=100'
	);
	for (const { id, name } of items) if (named(name)) await admin.delete(`/api/data-sources/${id}`);
}

test('an admin registers a database: refused at the field, tested in steps, changed live, deleted by name', async ({
	world,
	browse,
	expects
}) => {
	expects(422);
	const name = `Shop ${tag()}`;
	const page = await browse('admin');
	await openLive(page, '/reports');
	await page.getByRole('link', { name: 'Data sources', exact: true }).click();
	await page.getByRole('banner').getByRole('button', { name: 'Add a database' }).click();
	const dialog = page.getByRole('dialog');
	await dialog.getByLabel('Name', { exact: true }).fill(name);
	await dialog.getByLabel('Host').fill('one,another');
	await dialog.getByLabel('Port').fill('1');
	await dialog.getByLabel('Database').fill('shop');
	await dialog.getByLabel('Role').fill('reader');
	await dialog.getByLabel('Password').fill(PASSWORD);
	await dialog.getByRole('button', { name: 'Add a database' }).click();
	await expect(dialog.getByRole('alert')).toContainText('the name or the address of a machine');
	await expect(dialog.getByLabel('Host')).toHaveAttribute('aria-invalid', 'true');
	await expect(dialog.getByLabel('Password')).toHaveValue(PASSWORD);
	await accessibleInBoth(page);

	// Nothing listens at port 1: it is registered, and the test says in the system's words why it can't be read.
	await dialog.getByLabel('Host').fill('127.0.0.1');
	await dialog.getByRole('button', { name: 'Add a database' }).click();
	await expect(dialog).toBeHidden();
	const pane = page.getByRole('region', { name, exact: true });
	const steps = pane.getByRole('list').filter({ hasText: 'Find the host' });
	await expect(steps.getByRole('listitem')).toHaveCount(2);
	await expect(steps).toContainText('Connection refused');
	await expect(list(page).getByRole('link', { name })).toContainText('Test failed');
	await accessibleInBoth(page);
	expect(await page.content()).not.toContain(PASSWORD);

	// The stored password goes nowhere else.
	await pane.getByRole('button', { name: 'Edit' }).click();
	await expect(dialog.getByLabel('Password')).toHaveAttribute('placeholder', 'Unchanged');
	await dialog.getByLabel('Host').fill('elsewhere.example');
	await expect(dialog.getByText('enter it again')).toBeVisible();
	await expect(dialog.getByRole('button', { name: 'Save' })).toBeDisabled();
	await dialog.getByLabel('Host').fill('127.0.0.1');

	// Meanwhile somebody else says what it is: it is here at once, and what was typed stays.
	await dialog.getByLabel('Name', { exact: true }).fill(`${name} 2`);
	const id = Number(/\d+$/.exec(page.url())?.[0]);
	await world.admin.patch(`/api/data-sources/${id}`, { description: 'What the shop sold' });
	await expect(dialog.getByLabel('Description')).toHaveValue('What the shop sold');
	await dialog.getByRole('button', { name: 'Save' }).click();
	await expect(list(page).getByRole('link', { name: `${name} 2` })).toBeVisible();

	await page.setViewportSize({ width: 360, height: 780 });
	await fits(page);
	const small = page.getByRole('region', { name: `${name} 2`, exact: true });
	await small.getByRole('button', { name: 'More' }).click();
	await page.getByRole('menuitem', { name: 'Delete' }).click();
	await expect(dialog.getByRole('button', { name: 'Delete' })).toBeDisabled();
	await dialog.getByRole('textbox').fill(`${name} 2`);
	await dialog.getByRole('button', { name: 'Delete' }).click();
	await expect(page.getByRole('link', { name: `${name} 2` })).toHaveCount(0);
});

test('a maintainer uploads a table, says what its columns mean, and makes a report of it', async ({
	world,
	browse,
	expects
}) => {
	expects(422);
	const page = await browse(await maker(world));
	await openLive(page, '/reports/sources');
	await expect(page.getByRole('heading', { name: 'No data source yet' })).toBeVisible();
	await expect(page.getByRole('button', { name: 'Add a database' })).toHaveCount(0);
	await accessibleInBoth(page);

	// What is no table is refused with its line, and can be tried again with another file.
	await page.keyboard.press('n');
	const dialog = page.getByRole('dialog');
	const file = dialog.getByLabel('File', { exact: true });
	await file.setInputFiles(csv('yard.csv', 'a,b\n1,2\n3,4,5\n'));
	await dialog.getByRole('button', { name: 'Upload a file' }).click();
	await expect(dialog.getByRole('alert')).toContainText('line 3 has 3 values, there are 2 titles');
	await accessibleInBoth(page);
	await file.setInputFiles(csv('yard teams.csv', TEAMS));
	await expect(dialog.getByLabel('Name', { exact: true })).toHaveValue('yard teams');
	const name = 'Yard teams';
	await dialog.getByLabel('Name', { exact: true }).fill(name);
	await dialog.getByRole('button', { name: 'Upload a file' }).click();

	const pane = page.getByRole('region', { name, exact: true });
	const columns = pane.getByRole('list', { name: 'Columns' });
	await expect(columns.getByRole('listitem')).toHaveCount(5);
	await expect(columns.getByRole('listitem').nth(1)).toContainText('Decimal number');
	await expect(columns.getByRole('listitem').nth(4)).toContainText('Text');
	await expect(pane.getByRole('cell', { name: 'South dock' })).toBeVisible();
	await expect(list(page).getByRole('link', { name })).toContainText('CSV · 4 rows');
	await pane.getByRole('button', { name: 'Describe the columns' }).click();
	await pane.getByLabel('What it means: Floor space (m²)').fill('Without the ramps');
	await pane.getByLabel('What it means: Keyholder').fill('Somebody of the team has a key');
	await page.keyboard.press('Enter');
	await expect(columns).toContainText('Without the ramps');
	await accessibleInBoth(page);
	await picture(page, 'sources');
	await page.setViewportSize({ width: 360, height: 780 });
	await fits(page);
	await page.setViewportSize({ width: 1440, height: 900 });

	// Its other file is there at once; a column of the same name keeps its words.
	await pane.getByRole('button', { name: 'Replace the file' }).click();
	await file.setInputFiles(csv('newer.csv', `${TEAMS}Ramp 7;20;2026-11-20;no;09111\n`));
	await dialog.getByRole('button', { name: 'Replace the file' }).click();
	await expect(pane.getByRole('cell', { name: 'Ramp 7' })).toBeVisible();
	await expect(columns).toContainText('Without the ramps');

	// A report of it has its rows.
	await pane.getByRole('link', { name: 'New report' }).click();
	const editor = page.getByRole('complementary', { name: 'Edit report' });
	await expect(editor.getByRole('button', { name: `Dataset: ${name}` })).toBeVisible();
	await expect(page.getByRole('cell', { name: 'Ramp 7' })).toBeVisible();
	await editor.getByLabel('Name', { exact: true }).fill('Floor space by yard');
	await page.keyboard.press('ControlOrMeta+s');
	await expect(page.getByRole('link', { name: 'Floor space by yard' })).toBeVisible();
	await clear(world, (found) => found === name);
});

test('a file that is dropped on the page, or chosen in the editor of reports, is a dataset', async ({
	world,
	browse
}) => {
	const tags = [tag(), tag()] as const;
	const page = await browse(await maker(world));
	await openLive(page, '/reports/sources');
	const dropped = await page.evaluateHandle((name) => {
		const data = new DataTransfer();
		data.items.add(new File(['Lorry,Pallets\nL-204,33\n'], `${name}.csv`, { type: 'text/csv' }));
		return data;
	}, tags[0]);
	await page.getByRole('main').dispatchEvent('drop', { dataTransfer: dropped });
	await expect(page.getByRole('dialog')).toContainText(`${tags[0]}.csv`);
	await page.getByRole('dialog').getByRole('button', { name: 'Upload a file' }).click();
	await expect(page.getByRole('cell', { name: 'L-204' })).toBeVisible();

	await openLive(page, '/reports/new');
	await page.getByRole('button', { name: /^From a dataset/ }).click();
	const editor = page.getByRole('complementary', { name: 'Edit report' });
	await editor
		.locator('input[type=file]')
		.setInputFiles(csv(`${tags[1]}.csv`, 'Gate,Queue\nWest gate,17\n'));
	await expect(editor.getByRole('button', { name: `Dataset: ${tags[1]}` })).toBeVisible();
	await expect(page.getByRole('cell', { name: 'West gate' })).toBeVisible();
	await page.keyboard.press('ControlOrMeta+k');
	await page.getByRole('dialog').getByRole('combobox').fill('csv');
	await expect(page.getByRole('option', { name: /^Data sources/ })).toBeVisible();
	await page.keyboard.press('Enter');
	await expect(list(page).getByRole('link')).toHaveCount(2);

	// The first is open, with its rows. Somebody deletes it: no other one opens by itself.
	const rows = new Map([
		[tags[0], 'L-204'],
		[tags[1], 'West gate']
	]);
	const [first = '', second = ''] = [...tags].sort((one, other) => one.localeCompare(other));
	const opens = async (name: string) => {
		const pane = page.getByRole('region', { name, exact: true });
		await expect(pane.getByRole('cell', { name: rows.get(name) })).toBeVisible();
	};
	await opens(first);
	await clear(world, (name) => name === first);
	await expect(page.getByRole('heading', { name: 'This data source is gone' })).toBeVisible();
	await page.getByRole('link', { name: 'All data sources' }).click();
	await opens(second);
	await clear(world, (name) => name === second);
	await expect(page.getByRole('heading', { name: 'This data source is gone' })).toBeVisible();
});
