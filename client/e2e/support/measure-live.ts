/**
 * How long another person's change takes to the screen: `scripts/bench live` runs this against a server with the demo.
 * For each page one line of JSON: milliseconds from sending the command (so an upper bound of commit → DOM) until the
 * changed words stand in the DOM of somebody else's page.
 */
import { chromium, type Page } from '@playwright/test';

const url = process.env.TRACKLY_URL ?? 'http://127.0.0.1:8000';
const rounds = Number(process.env.ROUNDS ?? 40);

type Issue = { key: string; version: number };

async function token(username: string, password: string): Promise<string> {
	const body = new URLSearchParams({ grant_type: 'password', username, password });
	const answer = await fetch(`${url}/api/auth/token`, { method: 'POST', body });
	return ((await answer.json()) as { access_token: string }).access_token;
}

function caller(bearer: string) {
	return async <T>(method: string, path: string, body?: unknown): Promise<T> => {
		const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
		const text = body === undefined ? undefined : JSON.stringify(body);
		const answer = await fetch(url + path, { method, headers, body: text ?? null });
		if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
		return (await answer.json()) as T;
	};
}

/** Resolves with the time (ms since 1970) at which `words` stand in the page. */
function seen(page: Page, words: string): Promise<number> {
	return page.evaluate(
		(text) =>
			new Promise<number>((resolve) => {
				const look = () => document.body.textContent?.includes(text) && resolve(Date.now());
				new MutationObserver(look).observe(document.body, {
					childList: true,
					subtree: true,
					characterData: true
				});
				look();
			}),
		words
	);
}

const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: [
		'--no-sandbox',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync'
	]
});
const page = await (await browser.newContext({ baseURL: url })).newPage();
await page.goto('/login');
await page.getByLabel('E-mail').or(page.getByLabel('Email')).first().fill('maintainer@trackly.com');
await page.getByLabel('Password').first().fill('maintainer123');
await page.keyboard.press('Enter');
await page.waitForURL((at) => !at.pathname.startsWith('/login'));

const call = caller(await token('admin@trackly.com', 'admin123'));
for (const path of ['/issues', '/board', '/issues/[key]']) {
	const issue = await call<Issue>('POST', '/api/issues', {
		project: 'DEP',
		title: `Measured on ${path}`
	});
	await page.goto(path.replace('[key]', issue.key));
	await page.getByText(`Measured on ${path}`).first().waitFor();
	await page.waitForTimeout(1500);
	const times: number[] = [];
	for (let round = 0; round < rounds; round += 1) {
		const words = `Measured ${path} ${round} ${Math.random().toString(36).slice(2)}`;
		const arrived = seen(page, words);
		await page.waitForTimeout(60);
		const sent = Date.now();
		await call('PATCH', `/api/issues/${issue.key}`, { title: words });
		times.push((await arrived) - sent);
	}
	console.log(JSON.stringify({ page: path, times }));
}
await browser.close();
