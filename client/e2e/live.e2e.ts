import { expect, openLive, test, type Page } from './support/test.ts';

const PICTURE = { width: 640, height: 400 };

/** A screenshot in the clipboard, as a person has it after taking one; then Ctrl V. */
async function pastePicture(page: Page) {
	await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
	await page.evaluate(async ({ width, height }) => {
		const canvas = new OffscreenCanvas(width, height);
		const brush = canvas.getContext('2d');
		if (!brush) throw new Error('no canvas');
		brush.fillStyle = '#3a4fd0';
		brush.fillRect(40, 40, width - 80, height - 80);
		const picture = await canvas.convertToBlob({ type: 'image/png' });
		await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
	}, PICTURE);
	await page.keyboard.press('ControlOrMeta+v');
}

/** Takes a card to another column by the pointer. */
async function drag(page: Page, title: string, column: string) {
	const card = page.getByRole('listitem').filter({ hasText: title });
	const target = page.getByRole('region', { name: column, exact: true });
	await expect(card).toHaveAttribute('draggable', 'true');
	await card.hover();
	await page.mouse.down();
	const box = await target.boundingBox();
	if (!box) throw new Error(`no column ${column}`);
	const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
	await page.mouse.move(x - 40, y - 20, { steps: 4 });
	await page.mouse.move(x, y, { steps: 4 });
	await expect(target.locator('li.slot')).toBeVisible();
	await page.mouse.up();
}

test('a reporter files an issue with a pasted picture; the maintainer sees it and moves it, live', async ({
	world,
	browse
}) => {
	const { project } = world;
	const title = `Counter stops at gate 3 of ${project}`;
	const feed = await browse(world.maintainer);
	const [list, board] = await Promise.all([feed.context().newPage(), feed.context().newPage()]);
	await Promise.all([
		openLive(feed, '/'),
		openLive(list, `/issues?project=${project}`),
		openLive(board, `/board?project=${project}`)
	]);

	const reporter = await browse(world.reporter);
	await openLive(reporter, '/issues');
	await reporter.keyboard.press('c');
	const dialog = reporter.getByRole('dialog', { name: 'New issue' });
	await dialog.getByRole('button', { name: /^Project / }).click();
	await reporter.getByRole('option', { name: world.projectName }).click();
	await dialog.getByRole('textbox', { name: 'Title' }).fill(title);
	const text = dialog.getByRole('textbox', { name: 'Description' });
	await text.fill('The beep still comes, the counter stays at 207.');
	await text.press('End');
	await pastePicture(reporter);
	await expect(dialog.getByRole('list', { name: 'Files' })).toContainText('pasted-image-1.png');
	await reporter.keyboard.press('ControlOrMeta+Enter');

	await expect(reporter).toHaveURL(new RegExp(`/issues/${project}-\\d+$`));
	const key = reporter.url().split('/').at(-1) ?? '';
	await expect(feed.getByRole('article').filter({ hasText: title })).toContainText(
		'Ravi reported it'
	);
	await expect(list.getByRole('link', { name: title })).toBeVisible();
	const open = board.getByRole('region', { name: 'Open', exact: true });
	await expect(open.getByRole('link', { name: title })).toBeVisible();

	// The picture is stored, stands in the text, and the maintainer's feed has it.
	const picture = reporter.getByRole('article').getByRole('img', { name: 'pasted-image-1.png' });
	await expect(picture).toBeVisible();
	await expect
		.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
		.toBe(PICTURE.width);
	await expect(feed.getByRole('article').filter({ hasText: title })).toContainText('pasted-image');

	await drag(board, title, 'Triaged');
	const fields = reporter.getByRole('complementary', { name: 'Fields' });
	await expect(fields).toContainText('Triaged');
	await expect(reporter.getByText('Nora Brandt moved it')).toBeVisible();
	expect((await world.read(key)).status).toBe('TRIAGED');
});

test('Escape puts a card back where it was', async ({ world, browse }) => {
	const { key, title } = await world.file('Held and put back');
	const page = await browse(world.maintainer);
	await openLive(page, `/board?project=${world.project}`);
	const card = page.getByRole('link', { name: title });
	await card.focus();
	await page.keyboard.press('Space');
	await page.keyboard.press('ArrowRight');
	const triaged = page.getByRole('region', { name: 'Triaged', exact: true });
	await expect(triaged.locator('li.slot')).toBeVisible();
	await page.keyboard.press('Escape');
	await expect(triaged.locator('li.slot')).toBeHidden();
	const open = page.getByRole('region', { name: 'Open', exact: true });
	await expect(open.getByRole('link', { name: title })).toBeVisible();
	expect((await world.read(key)).status).toBe('OPEN');

	await card.focus();
	await page.keyboard.press('Space');
	await page.keyboard.press('ArrowRight');
	await page.keyboard.press('Space');
	await expect(triaged.getByRole('link', { name: title })).toBeVisible();
	await expect.poll(async () => (await world.read(key)).status).toBe('TRIAGED');
});

test('how long a change takes from the commit to the screen', async ({ world, browse }) => {
	const CHANGES = 20;
	const { key } = await world.file('Change 0 of the row');
	const page = await browse(world.maintainer);
	await openLive(page, `/issues?project=${world.project}`);
	await expect(page.getByRole('link', { name: 'Change 0 of the row' })).toBeVisible();

	const fromCommit: number[] = [];
	const fromAnswer: number[] = [];
	for (let n = 1; n <= CHANGES; n += 1) {
		const title = `Change ${n} of the row`;
		await page.evaluate((text) => {
			const seen = new Promise<number>((resolve) => {
				const watch = new MutationObserver(() => {
					if (!document.querySelector('main')?.textContent.includes(text)) return;
					watch.disconnect();
					resolve(performance.timeOrigin + performance.now());
				});
				watch.observe(document.body, { subtree: true, childList: true, characterData: true });
			});
			(window as unknown as { seen: Promise<number> }).seen = seen;
		}, title);
		const changed = await world.admin.patch<{ updated_at: string }>(`/api/issues/${key}`, {
			title
		});
		const answered = performance.timeOrigin + performance.now();
		const seen = await page.evaluate(() => (window as unknown as { seen: Promise<number> }).seen);
		fromCommit.push(seen - Date.parse(changed.updated_at));
		fromAnswer.push(seen - answered);
	}
	const at = (part: number, of: number[]) =>
		Math.round(of.toSorted((a, b) => a - b)[Math.floor(part * (of.length - 1))] ?? NaN);
	const told = (of: number[]) => `median ${at(0.5, of)} ms, p95 ${at(0.95, of)} ms`;
	// Its time is that of the transaction's first moment, so the whole write is in the first figure too.
	console.log(
		`event → screen: ${told(fromCommit)} (from the writer's answer: ${told(fromAnswer)})`
	);
	expect(at(0.5, fromCommit)).toBeLessThan(1000);
});
