import { expect, liveMark, openLive, test, type Page } from './support/test.ts';

const titleOf = (page: Page) => page.getByRole('textbox', { name: 'Title', exact: true });

async function rename(page: Page, from: string, to: string) {
	await page.getByRole('button', { name: from, exact: true }).click();
	await titleOf(page).fill(to);
}

test('both edit the title: nothing typed is overwritten, and both are asked', async ({
	world,
	browse,
	expects
}) => {
	expects(412);
	const { key, title } = await world.file('Scanner freezes');
	const [nora, ravi] = await Promise.all([browse(world.maintainer), browse(world.reporter)]);
	await Promise.all([openLive(nora, `/issues/${key}`), openLive(ravi, `/issues/${key}`)]);
	await rename(nora, title, 'Scanner app freezes on a truck');
	await rename(ravi, title, 'Scanner freezes after about 200 scans');
	await titleOf(ravi).press('Enter');
	await expect(
		ravi.getByRole('button', { name: 'Scanner freezes after about 200 scans', exact: true })
	).toBeVisible();

	const conflict = nora.getByRole('alert', {
		name: 'Ravi changed the title while you were typing'
	});
	await expect(conflict).toContainText('after about 200 scans');
	await expect(titleOf(nora)).toHaveValue('Scanner app freezes on a truck');
	await titleOf(nora).press('Enter');
	expect((await world.read(key)).title).toBe('Scanner freezes after about 200 scans');
	await conflict.getByRole('button', { name: 'Keep mine' }).click();
	await expect(conflict).toBeHidden();
	await expect(
		ravi.getByRole('button', { name: 'Scanner app freezes on a truck', exact: true })
	).toBeVisible();
	expect((await world.read(key)).title).toBe('Scanner app freezes on a truck');
});

test('another field that changes meanwhile merges, and what is typed stays', async ({
	world,
	browse
}) => {
	const { key, title } = await world.file('Labels stick to the tray');
	const nora = await browse(world.maintainer);
	await openLive(nora, `/issues/${key}`);
	await rename(nora, title, 'Labels stick to the lower tray');
	await world.admin.patch(`/api/issues/${key}`, { severity: 'CRITICAL' });
	await expect(nora.getByRole('complementary', { name: 'Fields' })).toContainText('Critical');
	await expect(titleOf(nora)).toHaveValue('Labels stick to the lower tray');
	await expect(titleOf(nora)).toBeFocused();
	await titleOf(nora).press('Enter');
	await expect
		.poll(async () => (await world.read(key)).title)
		.toBe('Labels stick to the lower tray');
});

test('a refused move rolls back, says why and offers the legal step', async ({
	world,
	browse,
	expects
}) => {
	expects(409);
	const { key, title } = await world.file('Straight to the end');
	const page = await browse(world.maintainer);
	await openLive(page, `/board?project=${world.project}`);
	const column = (name: string) => page.getByRole('region', { name, exact: true });
	await page.getByRole('link', { name: title }).focus();
	await page.keyboard.press('Space');
	for (let step = 0; step < 3; step += 1) await page.keyboard.press('ArrowRight');
	await expect(column('Done').locator('li.slot')).toBeVisible();
	await page.keyboard.press('Space');

	const notice = page.getByRole('alert').filter({ hasText: `${key} stays Open.` });
	await expect(notice).toContainText('It must be Triaged before Done');
	await expect(column('Open').getByRole('link', { name: title })).toBeVisible();
	expect((await world.read(key)).status).toBe('OPEN');
	await notice.getByRole('button', { name: 'Set Triaged' }).click();
	await expect(column('Triaged').getByRole('link', { name: title })).toBeVisible();
	await expect.poll(async () => (await world.read(key)).status).toBe('TRIAGED');
});

test('what the server refuses stays typed, with the reason at its field', async ({
	world,
	browse,
	expects
}) => {
	expects(422);
	const page = await browse(world.reporter);
	await openLive(page, '/issues');
	await page.keyboard.press('c');
	const dialog = page.getByRole('dialog', { name: 'New issue' });
	await dialog.getByRole('button', { name: /^Project / }).click();
	await page.getByRole('option', { name: world.projectName }).click();
	const long = 'Far too long a title. '.repeat(20).trim();
	await dialog.getByRole('textbox', { name: 'Title' }).fill(long);
	await dialog.getByRole('textbox', { name: 'Description' }).fill('What happened, in full.');
	await dialog.getByRole('button', { name: 'Create issue' }).click();
	await expect(dialog.getByRole('textbox', { name: 'Title' })).toHaveAttribute(
		'aria-invalid',
		'true'
	);
	await expect(dialog.getByRole('alert').first()).toContainText(/200/);
	await expect(dialog.getByRole('textbox', { name: 'Title' })).toHaveValue(long);
	await expect(dialog.getByRole('textbox', { name: 'Description' })).toHaveValue(
		'What happened, in full.'
	);

	await page.reload();
	await expect(liveMark(page)).toHaveText('Live');
	await page.keyboard.press('c');
	await expect(dialog.getByRole('textbox', { name: 'Title' })).toHaveValue(long);
	await expect(dialog.getByRole('textbox', { name: 'Description' })).toHaveValue(
		'What happened, in full.'
	);
	await dialog.getByRole('textbox', { name: 'Title' }).fill('Now of a good length');
	await page.keyboard.press('ControlOrMeta+Enter');
	await expect(
		page.getByRole('heading', { name: 'Now of a good length', exact: true })
	).toBeVisible();
	await expect(page.getByText('What happened, in full.')).toBeVisible();
});

test('a comment that is half written survives a reload', async ({ world, browse }) => {
	const { key } = await world.file('Talked about');
	const page = await browse(world.reporter);
	await openLive(page, `/issues/${key}`);
	const box = page.getByRole('textbox', { name: 'Write a comment' });
	await box.fill('It happened again at gate 3');
	await expect(page.getByText('Draft kept')).toBeVisible();
	await page.reload();
	await expect(box).toHaveValue('It happened again at gate 3');
	await box.press('ControlOrMeta+Enter');
	await expect(page.getByText('It happened again at gate 3')).toBeVisible();
	await expect(box).toHaveValue('');
});

test('a query that is wrong says where, and the query stays', async ({
	world,
	browse,
	expects
}) => {
	expects(422);
	const page = await browse(world.maintainer);
	await openLive(page, `/issues?project=${world.project}`);
	const box = page.getByRole('textbox', { name: 'Filter' });
	await box.fill('status:open sevrity>=high');
	await box.press('Enter');
	await expect(page.getByText(/^Character 13:/)).toBeVisible();
	await expect(box).toHaveValue('status:open sevrity>=high');
});

test('a text can be looked at before it is sent, and is the same afterwards', async ({
	world,
	browse
}) => {
	const text = '**Dock** mode <b>raw</b>\n\n- [x] seen\n\n<img src=x onerror=alert(1)>';
	const ravi = await browse(world.reporter);
	await openLive(ravi, '/issues');
	await ravi.keyboard.press('c');
	const dialog = ravi.getByRole('dialog', { name: 'New issue' });
	await dialog.getByRole('textbox', { name: 'Title' }).fill('Dock mode is lost');
	await dialog.getByRole('textbox', { name: 'Description' }).fill(text);
	await dialog.getByRole('button', { name: 'Preview' }).click();
	await expect(dialog.locator('strong')).toHaveText('Dock');
	await expect(dialog.getByRole('checkbox', { checked: true }).first()).toBeVisible();
	await expect(dialog).toContainText('<b>raw</b>');
	await expect(dialog.locator('img')).toHaveCount(0);
	await dialog.getByRole('button', { name: 'Write' }).click();
	await expect(dialog.getByRole('textbox', { name: 'Description' })).toHaveValue(text);

	const { key, title } = await world.file('Dock mode', world.reporter, { description: text });
	await openLive(ravi, `/issues/${key}`);
	await expect(ravi.getByRole('button', { name: title, exact: true })).toBeVisible();
	await ravi.keyboard.press('e');
	await ravi.getByRole('button', { name: 'Preview' }).click();
	await expect(ravi.getByRole('main').locator('strong')).toHaveText('Dock');
});
