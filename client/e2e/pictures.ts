import { mkdirSync } from 'node:fs';
import { chromium, type Browser, type Page } from '@playwright/test';
import { signIn } from './support/people.ts';

/**
 * Every page of a running demo, wide and 360 px, light and dark: `node e2e/pictures.ts <base url> <folder> [name…]`.
 * Names choose pages, and variants such as `360` or `dark`; without any it is all of them.
 */
interface Picture {
	name: string;
	path: string;
	who: 'admin' | 'maintainer' | 'reporter' | null;
	/** What to do before the picture is taken. */
	act?: (page: Page) => Promise<unknown>;
}

const issueKey = async (page: Page): Promise<string> => {
	const answer = await page.request.get('/api/issues?limit=50&status=IN_PROGRESS');
	const { items } = (await answer.json()) as { items: { key: string; comments_count: number }[] };
	items.sort((a, b) => b.comments_count - a.comments_count);
	return items[0]?.key ?? '';
};

const PICTURES: Picture[] = [
	{ name: 'login', path: '/login', who: null },
	{ name: 'feed', path: '/', who: 'maintainer' },
	{ name: 'issues', path: '/issues', who: 'maintainer' },
	{ name: 'board', path: '/board', who: 'maintainer' },
	{
		name: 'issue',
		path: '/issues',
		who: 'maintainer',
		act: async (page) => page.goto(`/issues/${await issueKey(page)}`)
	},
	{
		name: 'new-issue',
		path: '/issues',
		who: 'maintainer',
		act: async (page) => {
			await page.keyboard.press('c');
			await page.getByRole('dialog').waitFor();
			await page.keyboard.type('Scanner freezes after a long session');
		}
	},
	{ name: 'insights', path: '/insights', who: 'maintainer' },
	{ name: 'reporter-feed', path: '/', who: 'reporter' },
	{ name: 'reporter-issues', path: '/issues', who: 'reporter' },
	{ name: 'people', path: '/admin/people', who: 'admin' },
	{ name: 'jobs', path: '/admin/jobs', who: 'admin' },
	{ name: 'job', path: '/admin/jobs?job=daily_stats', who: 'admin' },
	{
		name: 'person',
		path: '/admin/people',
		who: 'admin',
		act: (page) => page.locator('[data-person] button').nth(1).click()
	},
	{
		name: 'new-person',
		path: '/admin/people',
		who: 'admin',
		act: (page) => page.getByRole('button', { name: 'New person' }).click()
	},
	{ name: 'projects', path: '/admin/projects', who: 'admin' },
	{ name: 'project', path: '/admin/projects/DEP', who: 'admin' },
	{
		name: 'project-end',
		path: '/admin/projects/LBL',
		who: 'admin',
		act: (page) => page.getByRole('button', { name: 'Delete LBL' }).scrollIntoViewIfNeeded()
	},
	{ name: 'project-maintainer', path: '/admin/projects/DEP', who: 'maintainer' },
	{
		name: 'new-project',
		path: '/admin/projects',
		who: 'admin',
		act: (page) => page.getByRole('button', { name: 'New project' }).click()
	},
	{ name: 'sources', path: '/reports/sources', who: 'admin' },
	{
		name: 'new-source',
		path: '/reports/sources',
		who: 'admin',
		act: (page) => page.getByRole('button', { name: 'Add a database' }).first().click()
	},
	{ name: 'me', path: '/me', who: 'admin' },
	{ name: 'help', path: '/help', who: 'maintainer' },
	{ name: 'forbidden', path: '/admin/people', who: 'reporter' },
	{ name: 'missing', path: '/nowhere', who: 'maintainer' }
];
const SIZES = [
	['wide', 1440, 900],
	['360', 360, 780]
] as const;
const SETTLED_MS = 700;

const [base = '', folder = '.', ...wanted] = process.argv.slice(2);

async function take(browser: Browser, picture: Picture, theme: 'light' | 'dark', at: number) {
	const [size, width, height] = SIZES[at] ?? SIZES[0];
	const context = await browser.newContext({
		baseURL: base,
		colorScheme: theme,
		viewport: { width, height },
		reducedMotion: 'reduce'
	});
	const page = await context.newPage();
	const say = (text: string) => console.error(`${picture.name} ${size} ${theme}: ${text}`);
	page.on('pageerror', (error) => say(String(error)));
	page.on('console', (line) => line.type() === 'error' && say(line.text()));
	if (picture.who) await signIn(context, picture.who);
	await page.goto(picture.path);
	await page.locator('main').waitFor();
	await page.waitForTimeout(SETTLED_MS);
	await picture.act?.(page);
	await page.waitForTimeout(SETTLED_MS);
	await page.screenshot({ path: `${folder}/${picture.name}-${size}-${theme}.png` });
	await context.close();
}

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: [
		'--no-sandbox',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync'
	]
});
const isWanted = (kind: readonly string[], is: string) =>
	!wanted.some((name) => kind.includes(name)) || wanted.includes(is);
for (const picture of PICTURES) {
	if (
		!isWanted(
			PICTURES.map(({ name }) => name),
			picture.name
		)
	)
		continue;
	for (const theme of ['light', 'dark'] as const) {
		if (!isWanted(['light', 'dark'], theme)) continue;
		for (const [at, [size]] of SIZES.entries())
			if (isWanted(['wide', '360'], size)) await take(browser, picture, theme, at);
	}
}
await browser.close();
