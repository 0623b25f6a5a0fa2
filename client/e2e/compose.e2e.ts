import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { accessible } from './support/accessible.ts';
import { sample, serveIssues, type SampleIssue } from './support/issues.ts';
import { mockServer } from './support/mock.ts';

const FILED: SampleIssue = {
	...(sample()[0] as SampleIssue),
	id: 5000,
	key: 'DEP-500',
	project: 'DEP',
	description: '',
	description_html: '',
	watching: true
};
const FILE_ID = '0f0f0f0f-0000-4000-8000-000000000001';

interface Filing {
	key: string;
	body: { title: string; description: string };
}

/** A server that files, takes files and edits; `fails` answers the first attempts. */
async function serveFiling(context: BrowserContext, fails: number[] = []) {
	const filed: Filing[] = [];
	const texts: string[] = [];
	let files = 0;
	await serveIssues(context, {
		answers: { 'GET /api/issues/similar': { body: { items: sample().slice(0, 1) } } }
	});
	await context.route('**/api/issues', async (route) => {
		const request = route.request();
		if (request.method() !== 'POST') return route.fallback();
		const status = fails.shift();
		filed.push({ key: request.headers()['idempotency-key'] ?? '', body: request.postDataJSON() });
		if (status === 0) return route.abort('connectionfailed');
		if (status !== undefined)
			return route.fulfill({
				status,
				contentType: 'application/problem+json',
				json: {
					code: 'invalid_input',
					title: 'No',
					status,
					errors: [{ field: 'title', message: 'is too long' }]
				}
			});
		FILED.description = filed.at(-1)?.body.description ?? '';
		return route.fulfill({ status: 201, json: FILED });
	});
	await context.route('**/api/issues/DEP-500', async (route) => {
		const request = route.request();
		if (request.method() === 'PATCH') {
			Object.assign(FILED, request.postDataJSON(), { version: FILED.version + 1 });
			texts.push(String(FILED.description));
		}
		return route.fulfill({ json: FILED });
	});
	await context.route('**/api/issues/DEP-500/attachments', async (route) => {
		if (route.request().method() !== 'POST')
			return route.fulfill({ json: { items: [], next: null, total: 0 } });
		files += 1;
		if (files === 1) return route.abort('connectionfailed');
		return route.fulfill({
			status: 201,
			json: {
				id: FILE_ID,
				issue: 'DEP-500',
				name: 'pasted-image-1.png',
				content_type: 'image/png',
				bytes: 90,
				sha256: '',
				inline: true,
				thumbnail: false,
				uploader: { id: 1, name: 'Mara Velling' },
				created_at: '2026-11-20T09:41:00.000000Z'
			}
		});
	});
	return { filed, texts };
}

const title = (page: Page) => page.getByRole('textbox', { name: 'Title' });
const text = (page: Page) => page.getByRole('textbox', { name: 'Description' });

async function paste(page: Page) {
	await text(page).evaluate(async (area) => {
		const canvas = document.createElement('canvas');
		const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done));
		const clipboardData = new DataTransfer();
		clipboardData.items.add(new File([blob ?? ''], 'image.png', { type: 'image/png' }));
		area.dispatchEvent(
			new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
		);
	});
}

test('an issue is filed with a pasted image, which follows it and finds its place', async ({
	page,
	context
}) => {
	await mockServer(context);
	const { filed, texts } = await serveFiling(context);
	await page.goto('/issues');
	await expect(page.locator('a[data-key]').first()).toBeVisible();
	await page.keyboard.press('c');
	await expect(title(page)).toBeFocused();
	await title(page).fill('Scanner freezes after 200 scans');
	await text(page).fill('Gate 3');
	await paste(page);
	await expect(text(page)).toHaveValue(/!\[pasted-image-1\.png\]\(attachment:/);
	await expect(page.getByText('Pasted from the clipboard')).toBeVisible();
	await expect(page.getByRole('dialog').getByText('SCN-212')).toBeVisible();
	await accessible(page);
	await page.keyboard.press('Control+Enter');
	await expect(page).toHaveURL(/\/issues\/DEP-500$/);
	const tray = page.getByRole('region', { name: 'Files on their way' });
	await expect(tray.getByText('Connection lost')).toBeVisible();
	await tray.getByRole('button', { name: 'Try again' }).click();
	await expect
		.poll(() => texts.at(-1))
		.toContain(`![pasted-image-1.png](/api/attachments/${FILE_ID}/content)`);
	expect(filed).toHaveLength(1);
	expect(texts.at(-1)).toContain('Gate 3');
});

test('nothing typed is lost: closed, reloaded, refused, offline', async ({ page, context }) => {
	await mockServer(context);
	const { filed } = await serveFiling(context, [422, 0]);
	await page.goto('/new');
	await title(page).fill('A title');
	await text(page).fill('A text');
	await paste(page);
	await expect(page.getByText('Draft kept')).toBeVisible();
	await page.reload();
	await expect(title(page)).toHaveValue('A title');
	await expect(page.getByText('Pasted from the clipboard')).toBeVisible();
	await page.getByRole('button', { name: 'Create issue' }).click();
	await expect(page.getByText('is too long')).toBeVisible();
	await expect(text(page)).toHaveValue(/^A text/);
	await page.getByRole('button', { name: 'Create issue' }).click();
	await expect(page.getByText('The server does not answer. Your draft is kept')).toBeVisible();
	await title(page).fill('A better title');
	await page.getByRole('button', { name: 'Create issue' }).click();
	await expect(page).toHaveURL(/\/issues\/DEP-500$/);
	// Nobody answered the second: it is sent again as it was, and what was written since is an edit.
	expect(filed[2]?.key).toBe(filed[1]?.key);
	expect(filed[2]?.body).toEqual(filed[1]?.body);
	expect(filed[0]?.key).not.toBe(filed[1]?.key);
	await expect.poll(() => FILED.title).toBe('A better title');
	await page.keyboard.press('c');
	await expect(title(page)).toHaveValue('');
});

test('on a phone the one act stays in reach', async ({ page, context }) => {
	await page.setViewportSize({ width: 360, height: 780 });
	await mockServer(context);
	await serveFiling(context);
	await page.goto('/issues');
	await page.getByRole('button', { name: 'New issue' }).click();
	await title(page).fill('A title that is long enough to need a second line on a phone');
	await expect(page.getByRole('button', { name: 'Create issue' })).toBeInViewport();
	expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
});
