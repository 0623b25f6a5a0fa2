import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { accessibleInBoth } from './support/accessible.ts';
import { feedServer, live } from './support/feed.ts';
import { mockServer } from './support/mock.ts';
import { issueServer, NOW } from './support/scene.ts';

test.use({ timezoneId: 'UTC' });

async function open(page: Page, context: BrowserContext, isNew = false): Promise<string[]> {
	const found: string[] = [];
	page.on('pageerror', (error) => found.push(String(error)));
	page.on('console', (line) => line.type() === 'error' && found.push(line.text()));
	await mockServer(context);
	await issueServer(context);
	await feedServer(context, isNew);
	await page.clock.setFixedTime(new Date(NOW));
	await page.goto('/');
	await expect(page.getByText('Live since 09:41')).toBeVisible();
	return found;
}

async function happen(page: Page, events: readonly object[], from = 500): Promise<void> {
	const frames = events.map((event, at) => {
		const data = { ...event, id: undefined } as { type?: string };
		return `id: 1.${from + at}\nevent: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
	});
	await page.evaluate(
		(text) => (window as unknown as { pushFrames(text: string): void }).pushFrames(text),
		frames.join('')
	);
}

const away = (page: Page) => page.getByRole('region', { name: 'While you were away' });
const now = (page: Page) => page.getByRole('region', { name: 'Live', exact: true });

test('what happened while away is one net line an issue', async ({ page, context }) => {
	const found = await open(page, context);
	const strip = page.getByRole('region', { name: 'Since you looked' });
	await expect(strip).toContainText('9 events on 3 issues');
	await expect(strip.getByRole('listitem')).toHaveText([
		/^0\s*new issues$/,
		/^1\s*done$/,
		/^0\s*reopened$/,
		/^0\s*assigned to you$/,
		/^1\s*became overdue$/,
		/^3\s*comments$/
	]);
	const rows = away(page).getByRole('article');
	await expect(rows).toHaveCount(3);
	await expect(rows.first()).toContainText('in 3 steps');
	await expect(rows.first()).toContainText('2 comments');
	await expect(rows.nth(1)).toContainText('Became overdue');
	expect(found).toEqual([]);
});

test('a figure opens to its issues', async ({ page, context }) => {
	await open(page, context);
	await page.getByRole('button', { name: '1 done' }).click();
	await expect(page.getByRole('article')).toHaveCount(1);
	await expect(page.getByRole('article')).toContainText('DEP-389');
	await page.keyboard.press('Escape');
	await expect(page.getByRole('article')).toHaveCount(3);
	await page.getByRole('button', { name: '3', exact: true }).click();
	await expect(page.getByRole('dialog')).toContainText('Moves to Done');
	await expect(page.getByRole('dialog').getByRole('link', { name: /LBL-97/ })).toBeVisible();
});

test('live changes enter at once, by issue, told line by line', async ({ page, context }) => {
	await open(page, context);
	await happen(page, live);
	const rows = now(page).getByRole('article');
	await expect(rows).toHaveCount(4);
	await expect(rows.first()).toContainText('SCN-212');
	await expect(rows.first().getByRole('listitem').first()).toContainText('moved it');
	await expect(rows.nth(1).getByRole('listitem')).toHaveCount(1);
	await expect(rows.nth(1)).toContainText('raised severity');
	await happen(page, live);
	await expect(rows.first().getByRole('listitem')).toHaveCount(3);
});

test('while somebody reads, newer changes wait', async ({ page, context }) => {
	await open(page, context);
	await away(page).getByRole('article').first().hover();
	await happen(page, live.slice(0, 2));
	const pill = page.getByRole('button', { name: '2 newer changes' });
	await expect(pill).toBeVisible();
	await expect(now(page).getByRole('article')).toHaveCount(0);
	await pill.click();
	await expect(now(page).getByRole('article')).toHaveCount(2);
	await expect(pill).toBeHidden();
});

test('N steps through what changed; seen stays seen', async ({ page, context }) => {
	await open(page, context);
	const badge = page.getByRole('link', { name: /^Feed/ }).first();
	await expect(badge).toContainText('3');
	await page.keyboard.press('n');
	await expect(page.getByText('1 of 3')).toBeVisible();
	await expect(badge).toContainText('2');
	await page.keyboard.press('n');
	await page.keyboard.press('n');
	await expect(badge).not.toContainText(/\d/);
	await page.getByRole('button', { name: 'Mark all seen' }).click();
	await expect(page.getByText('Nothing new since')).toBeVisible();
	const kept = await page.evaluate(() => JSON.parse(localStorage.getItem('feed:1') ?? '{}'));
	expect(kept.cursor).toBe('1.7');
});

test('opened from the feed, an issue steps to its neighbours', async ({ page, context }) => {
	await open(page, context);
	await happen(page, live);
	await page.getByRole('link', { name: /Scanner freezes/ }).click();
	await expect(page).toHaveURL(/SCN-212/);
	await expect(page.getByText('1 of 7')).toBeVisible();
	await page.keyboard.press('j');
	await expect(page).toHaveURL(/DEP-418/);
	await page.keyboard.press('k');
	await expect(page).toHaveURL(/SCN-212/);
});

test('nothing has happened yet, and an error that can be retried', async ({ page, context }) => {
	await mockServer(context, { answers: { '/api/events': { items: [], next: null, reset: null } } });
	await page.goto('/');
	await expect(page.getByRole('heading', { name: 'Nothing has happened yet' })).toBeVisible();
	let isDown = true;
	await context.route(/\/api\/events/, (route) =>
		isDown
			? route.fulfill({
					status: 503,
					json: { title: 'The database is away', status: 503, code: 'unavailable' }
				})
			: route.fallback()
	);
	await page.reload();
	await expect(page.getByRole('heading', { name: 'The feed did not load' })).toBeVisible();
	isDown = false;
	await page.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
	await expect(page.getByRole('heading', { name: 'Nothing has happened yet' })).toBeVisible();
});

test('is accessible in light and dark, also on a phone', async ({ page, context }) => {
	await open(page, context);
	await happen(page, live);
	await page.waitForTimeout(1500);
	for (const width of [1440, 360]) {
		await page.setViewportSize({ width, height: 780 });
		await accessibleInBoth(page);
		expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
			width
		);
	}
});
