import { expect, openLive, test } from './support/test.ts';

test('from the list to a filed issue and back, without a pointer', async ({ world, browse }) => {
	const { project } = world;
	await world.file('Torch stays on after the camera closes');
	await world.file('Return slip cuts off the fourth line');
	const page = await browse(world.maintainer);
	await openLive(page, `/issues?project=${project}&q=${encodeURIComponent('sort:key')}`);
	const first = page.getByRole('link', { name: 'Torch stays on after the camera closes' });
	const second = page.getByRole('link', { name: 'Return slip cuts off the fourth line' });
	await expect(first).toBeVisible();

	await page.keyboard.press('j');
	const start = page.locator('[data-key]:focus');
	const from = await start.getAttribute('data-key');
	await page.keyboard.press('j');
	await expect(start).not.toHaveAttribute('data-key', from ?? '');
	await page.keyboard.press('k');
	await expect(start).toHaveAttribute('data-key', from ?? '');
	await page.keyboard.press('Enter');
	await expect(page).toHaveURL(new RegExp(`/issues/${from}$`));
	await page.keyboard.press('j');
	await expect(page).not.toHaveURL(new RegExp(`/issues/${from}$`));

	await page.keyboard.press('/');
	await expect(page).toHaveURL(/\/issues/);
	const box = page.getByRole('textbox', { name: 'Filter' });
	await expect(box).toBeFocused();
	await page.keyboard.type('fourth line');
	await page.keyboard.press('Enter');
	await expect(second).toBeVisible();
	await expect(first).toBeHidden();
	// Letters in a text are letters.
	await box.press('End');
	await page.keyboard.type(' c?');
	await expect(box).toHaveValue('fourth line c?');
	await expect(page.getByRole('dialog')).toBeHidden();
	await page.keyboard.press('Escape');
	await expect(box).not.toBeFocused();

	await page.keyboard.press('?');
	await expect(page).toHaveURL(/\/help$/);
	await page.keyboard.press('g');
	await page.keyboard.press('b');
	await expect(page).toHaveURL(/\/board/);

	// On the page of a project it goes there; what is typed at once is not lost while the dialog opens.
	await openLive(page, `/issues?project=${project}`);
	await page.keyboard.press('c');
	await page.keyboard.type('Filed by hand alone');
	const title = page
		.getByRole('dialog', { name: 'New issue' })
		.getByRole('textbox', { name: 'Title' });
	await expect(title).toHaveValue('Filed by hand alone');
	await page.keyboard.press('ControlOrMeta+Enter');
	await expect(
		page.getByRole('heading', { name: 'Filed by hand alone', exact: true })
	).toBeVisible();
	await page.keyboard.press('s');
	await page.getByRole('listbox', { name: 'Status' }).waitFor();
	await page.keyboard.press('2');
	await expect(page.getByRole('complementary', { name: 'Fields' })).toContainText('Triaged');
});

test('what the dialog holds is kept when it closes, and the focus comes back', async ({
	world,
	browse
}) => {
	const page = await browse(world.reporter);
	await openLive(page, '/help');
	const button = page.getByRole('button', { name: 'New issue' });
	await button.focus();
	await page.keyboard.press('Enter');
	const title = page.getByRole('textbox', { name: 'Title' });
	await expect(title).toBeFocused();
	await page.keyboard.type('Half a thought');
	await page.keyboard.press('Escape');
	await expect(page.getByRole('dialog')).toBeHidden();
	await expect(button).toBeFocused();
	await page.keyboard.press('c');
	await expect(title).toHaveValue('Half a thought');
});

test('the palette finds an issue by its words', async ({ world, browse }) => {
	const { key, title } = await world.file('Umlauts print as question marks');
	const page = await browse(world.maintainer);
	await openLive(page, '/help');
	await page.keyboard.press('ControlOrMeta+k');
	await page.keyboard.type('umlauts question');
	await page.getByRole('option', { name: title }).waitFor();
	await page.keyboard.press('ArrowDown');
	await page.getByRole('option', { name: title }).click();
	await expect(page).toHaveURL(new RegExp(`/issues/${key}$`));
});
