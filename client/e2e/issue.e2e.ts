import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { accessibleInBoth } from './support/accessible.ts';
import { mockServer } from './support/mock.ts';
import {
	issueOf,
	issueServer,
	KEY,
	NOW,
	PEOPLE,
	push,
	reporter,
	type Scene
} from './support/scene.ts';

test.use({ timezoneId: 'UTC' });

function complaints(page: Page): string[] {
	const found: string[] = [];
	page.on('pageerror', (error) => found.push(String(error)));
	page.on('console', (line) => {
		const isExpected = /status of (404|409|412|422)/.test(line.text());
		if (line.type() === 'error' && !isExpected) found.push(line.text());
	});
	return found;
}

async function open(page: Page, context: BrowserContext, me?: object): Promise<Scene> {
	await mockServer(context, me ? { me } : {});
	const scene = await issueServer(context);
	await page.clock.setFixedTime(new Date(NOW));
	await page.goto(`/issues/${KEY}`);
	await expect(page.getByPlaceholder('Write a comment')).toBeVisible();
	return scene;
}

const patched = (scene: Scene) => scene.asked.filter(({ method }) => method === 'PATCH');
const field = (page: Page, name: string) => page.getByRole('button', { name, exact: false });
const edit = (over: object, changed: object, version: number) => ({
	project: 'SCN',
	issue: issueOf({ version, updated_at: `2026-11-20T09:41:0${version % 10}.000000Z`, ...over }),
	version,
	changed
});

test('fields change in one click or key, by legal moves only', async ({ page, context }) => {
	const found = complaints(page);
	const scene = await open(page, context);
	await page.keyboard.press('s');
	const options = page.getByRole('option');
	await expect(options).toHaveText([/Triaged/, /In progress/, /Done/]);
	await options.filter({ hasText: 'Done' }).click();
	await expect(field(page, 'Resolution')).toContainText('Fixed');
	await page.keyboard.press('a');
	await page.getByRole('option', { name: /Tomo/ }).click();
	await page.keyboard.press('d');
	await page.getByRole('button', { name: 'Next Monday' }).click();
	await expect(page.getByRole('button', { name: 'Next Monday' })).toBeHidden();
	await page.keyboard.press('l');
	await page.getByRole('combobox', { name: 'Labels' }).fill('sync');
	await page.keyboard.press('Enter');
	await page.keyboard.press('Escape');
	await expect
		.poll(() => patched(scene).map(({ body }) => body))
		.toEqual([
			{ status: 'DONE' },
			{ assignee_id: 2 },
			{ due_on: '2026-11-23' },
			{ labels: ['regression', 'scanner', 'sync'] }
		]);
	expect(found).toEqual([]);
});

test('a comment is sent by keys, its draft outlives the page, a refused one comes back', async ({
	page,
	context
}) => {
	const scene = await open(page, context);
	const box = page.getByPlaceholder('Write a comment');
	await box.fill('Confirmed at gate 3');
	await page.reload();
	await expect(box).toHaveValue('Confirmed at gate 3');
	await expect(page.getByText('Draft kept')).toBeVisible();
	scene.refuse[`POST /api/issues/${KEY}/comments`] = {
		status: 422,
		body: { title: 'no', status: 422, code: 'invalid_input', detail: 'The text is too long' }
	};
	await box.press('Control+Enter');
	await expect(page.getByText('The text is too long').first()).toBeVisible();
	await expect(box).toHaveValue('Confirmed at gate 3');
	await box.press('Control+Enter');
	await expect(page.locator('.comment').getByText('Confirmed at gate 3')).toBeVisible();
	await expect(box).toHaveValue('');
});

test('what others change merges while one writes, and can be undone', async ({ page, context }) => {
	const scene = await open(page, context);
	const box = page.getByPlaceholder('Write a comment');
	await box.fill('Half a sentence');
	await push(
		page,
		'issue.updated',
		PEOPLE.tomo,
		edit({ due_on: '2026-11-24' }, { due_on: { old: '2026-11-20', new: '2026-11-24' } }, 8)
	);
	const line = page.getByRole('status').filter({ hasText: 'while you were writing' });
	await expect(line).toContainText('Tomo');
	await expect(line).toContainText('Your comment is untouched');
	await expect(field(page, 'Due')).toContainText('Tue 24 Nov');
	await expect(box).toHaveValue('Half a sentence');
	await expect(box).toBeFocused();
	await line.getByRole('button', { name: 'Undo' }).click();
	await expect
		.poll(() => patched(scene).map(({ body }) => body))
		.toEqual([{ due_on: '2026-11-20' }]);
	await expect(line).toBeHidden();
});

test('two people at the same title see both and choose', async ({ page, context }) => {
	const scene = await open(page, context);
	await page.getByRole('button', { name: 'Scanner freezes after about 200' }).click();
	const title = page.getByRole('textbox', { name: 'Title' });
	await title.fill('Scanner app freezes on a truck');
	const theirs = 'Scanner freezes after 200 scans';
	const change = { title: { old: issueOf().title, new: theirs } };
	scene.issue = issueOf({ title: theirs, version: 8 });
	await push(page, 'issue.updated', PEOPLE.priya, edit({ title: theirs }, change, 8));
	const conflict = page.getByRole('alert').filter({ hasText: 'Priya changed the title' });
	await expect(conflict).toContainText('Priya’s, saved');
	await expect(conflict.locator('mark')).not.toHaveCount(0);
	await expect(title).toHaveValue('Scanner app freezes on a truck');
	await title.press('Enter');
	expect(patched(scene)).toEqual([]);
	await conflict.getByRole('button', { name: 'Keep mine' }).click();
	await expect(page.getByRole('button', { name: 'Scanner app freezes on a truck' })).toBeVisible();
	expect(patched(scene).map(({ body }) => body)).toEqual([
		{ title: 'Scanner app freezes on a truck' }
	]);
});

test('a stale description is not written over: theirs can be taken', async ({ page, context }) => {
	const scene = await open(page, context);
	await page.keyboard.press('e');
	const text = page.getByRole('textbox', { name: 'Description' });
	await text.fill('Mine');
	scene.refuse[`PATCH /api/issues/${KEY}`] = {
		status: 412,
		body: { title: 'stale', status: 412, code: 'stale_version' }
	};
	scene.issue = issueOf({ description: 'Theirs', description_html: '<p>Theirs</p>', version: 9 });
	await text.press('Control+Enter');
	const conflict = page.getByRole('alert').filter({ hasText: 'changed the description' });
	await expect(conflict).toContainText('Theirs');
	await conflict.getByRole('button', { name: 'Take theirs' }).click();
	await expect(page.locator('article .md p').first()).toHaveText('Theirs');
});

test('a list leads straight into the text', async ({ page, context }) => {
	await open(page, context);
	await page.goto(`/issues/${KEY}?edit`);
	await expect(page.getByRole('textbox', { name: 'Description' })).toBeFocused();
	await expect(page).toHaveURL(/SCN-212$/);
});

test('a pasted image goes up and stands in the text', async ({ page, context }) => {
	await open(page, context);
	const box = page.getByPlaceholder('Write a comment');
	await box.focus();
	await box.evaluate((area) => {
		const data = new DataTransfer();
		data.items.add(new File([new Uint8Array(8)], 'image.png', { type: 'image/png' }));
		area.dispatchEvent(
			new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
		);
	});
	await expect(box).toHaveValue(/!\[.*\]\(\/api\/attachments\/[0-9a-f-]+\/content\)/);
});

test('pictures open large and are stepped through', async ({ page, context }) => {
	const found = complaints(page);
	await open(page, context);
	await page
		.getByRole('button', { name: /two-handhelds/ })
		.first()
		.click();
	const dialog = page.getByRole('dialog');
	await expect(dialog).toContainText('1 of 2');
	await page.keyboard.press('ArrowRight');
	await expect(dialog).toContainText('heap-after-212-scans.png');
	await page.keyboard.press('Escape');
	await expect(dialog).toBeHidden();
	expect(found).toEqual([]);
});

test('only the name deletes, and only an admin may', async ({ page, context }) => {
	const scene = await open(page, context);
	await page.getByRole('button', { name: 'More', exact: true }).click();
	await page.getByRole('menuitem', { name: `Delete ${KEY}` }).click();
	const verb = page.getByRole('button', { name: `Delete ${KEY}` });
	await expect(verb).toBeDisabled();
	await page.getByLabel(`Type ${KEY} to confirm`).fill(KEY);
	await verb.click();
	await expect(page).toHaveURL(/\/issues\?project=SCN/);
	expect(scene.asked.at(-1)).toMatchObject({ method: 'DELETE', path: `/api/issues/${KEY}` });
});

test('deleted or taken away while it was open, the draft stays in sight', async ({
	page,
	context
}) => {
	await open(page, context);
	await page.getByPlaceholder('Write a comment').fill('Not sent yet');
	await push(page, 'issue.deleted', PEOPLE.tomo, {
		project: 'SCN',
		issue: { id: 212, key: KEY },
		version: 9
	});
	await expect(page.getByRole('heading', { name: `Tomo Adeyar deleted ${KEY}` })).toBeVisible();
	await expect(page.getByText('Not sent yet')).toBeVisible();
});

test('no longer yours to see, then yours again', async ({ page, context }) => {
	await open(page, context);
	await page.evaluate(() =>
		(window as unknown as { pushFrames(text: string): void }).pushFrames(
			'id: 1.90\nevent: forget\ndata: {"entities":["SCN-212"]}\n\n'
		)
	);
	await expect(
		page.getByRole('heading', { name: `${KEY} is no longer yours to see` })
	).toBeVisible();
	await push(
		page,
		'issue.updated',
		PEOPLE.tomo,
		edit({ description: undefined }, { priority: { old: 'HIGH', new: 'URGENT' } }, 9)
	);
	await expect(page.getByText('the handheld stops reacting')).toBeVisible();
});

test('there is no such issue', async ({ page, context }) => {
	await mockServer(context);
	await page.goto('/issues/SCN-999');
	await expect(page.getByRole('heading', { name: 'There is no SCN-999' })).toBeVisible();
	await expect(page.getByRole('link', { name: 'Back to Scanner' }).first()).toBeVisible();
});

test('a reporter edits the text of their own issue and no field', async ({ page, context }) => {
	await open(page, context, reporter);
	await expect(page.getByRole('complementary', { name: 'Fields' })).toContainText('In progress');
	for (const name of ['Status', 'Severity', 'Priority', 'Assignee', 'Due', 'Labels'])
		await expect(page.getByRole('complementary').getByRole('button', { name })).toHaveCount(0);
	await page.keyboard.press('s');
	await expect(page.getByRole('option')).toHaveCount(0);
	await expect(page.getByRole('button', { name: 'Watching' })).toBeVisible();
	await page.getByRole('button', { name: 'Scanner freezes after about 200' }).click();
	await expect(page.getByRole('textbox', { name: 'Title' })).toBeFocused();
});

test('is accessible in light and dark, also on a phone', async ({ page, context }) => {
	await open(page, context);
	await accessibleInBoth(page);
	await page.setViewportSize({ width: 360, height: 780 });
	await page.getByRole('button', { name: 'All fields' }).click();
	await expect(field(page, 'Assignee')).toBeVisible();
	await accessibleInBoth(page);
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
