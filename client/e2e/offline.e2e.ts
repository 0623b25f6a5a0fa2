import { expect, liveMark, openLive, test, type Page } from './support/test.ts';
import { openWay } from './support/proxy.ts';

interface History {
	items: { type: string; changed: Record<string, unknown> }[];
}

async function pick(page: Page, field: 'Status' | 'Priority' | 'Severity', value: string) {
	const fields = page.getByRole('complementary', { name: 'Fields' });
	await fields.getByRole('button', { name: new RegExp(`^${field}`) }).click();
	await page.getByRole('option', { name: value }).click();
	await expect(fields.getByRole('button', { name: new RegExp(`^${field}`) })).toContainText(value);
}

/** What floats comes after the first paint: it is there once the first list has opened. */
async function open(page: Page, path: string) {
	await openLive(page, path);
	await expect(page.getByRole('textbox', { name: 'Write a comment' })).toBeVisible();
	const fields = page.getByRole('complementary', { name: 'Fields' });
	await fields.getByRole('button', { name: /^Status/ }).click();
	await page.getByRole('option', { name: 'Triaged' }).waitFor();
	await page.keyboard.press('Escape');
	await expect(page.getByRole('option')).toHaveCount(0);
}

test('offline: it says so, changes wait and go out in order, and what was missed comes', async ({
	world,
	browse,
	expects
}) => {
	expects('net::ERR_INTERNET_DISCONNECTED');
	const { key } = await world.file('Written in the tunnel');
	const page = await browse(world.maintainer);
	await open(page, `/issues/${key}`);
	await page.context().setOffline(true);
	await expect(liveMark(page)).toHaveText('Offline');
	await expect(page.getByText('Offline since')).toBeVisible();

	await pick(page, 'Status', 'Triaged');
	await expect(page.getByText('One change of yours waits here')).toBeVisible();
	await pick(page, 'Status', 'In progress');
	await pick(page, 'Priority', 'Urgent');
	await expect(page.getByText('3 changes of yours wait here')).toBeVisible();
	expect((await world.read(key)).status).toBe('OPEN');
	await world.reporter.program.patch(`/api/issues/${key}`, { title: 'Renamed meanwhile' });
	await expect(
		page.getByRole('heading', { name: 'Written in the tunnel', exact: true })
	).toBeVisible();

	await page.context().setOffline(false);
	await expect(liveMark(page)).toHaveText('Live');
	await expect(page.getByRole('heading', { name: 'Renamed meanwhile', exact: true })).toBeVisible();
	await expect(page.getByText('of yours')).toBeHidden();
	const { status, priority } = await world.read(key);
	expect([status, priority]).toEqual(['IN_PROGRESS', 'URGENT']);
	const { items } = await world.admin.get<History>(`/api/issues/${key}/history`);
	const edits = items.filter(({ type }) => type === 'issue.updated');
	const fields = edits.flatMap(({ changed }) => Object.keys(changed));
	expect(fields.filter((field) => ['status', 'priority'].includes(field))).toEqual([
		'status',
		'status',
		'priority'
	]);
});

test('a server that is away makes it stale; Try now asks at once, and nothing was missed', async ({
	world,
	browse,
	expects
}) => {
	expects('net::ERR_');
	const { key } = await world.file('While the server was away');
	const way = await openWay(world.base);
	const page = await browse(world.maintainer, { address: way.base });
	// Time stands still in the page, which reads the stream itself without the worker: nothing is tried by the clock,
	// and what is tried when the server is back, the button has tried.
	await page.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
	await page.clock.install();
	await open(page, `/issues/${key}`);
	await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1000));

	way.cut();
	await expect(liveMark(page)).toHaveText(/Stale since \d\d:\d\d/);
	await pick(page, 'Severity', 'Critical');
	await expect(page.getByText('One change of yours waits here')).toBeVisible();
	await world.reporter.program.post(`/api/issues/${key}/comments`, { body: 'Still the same.' });

	way.restore();
	await page.getByRole('button', { name: 'Try now' }).click();
	await expect(liveMark(page)).toHaveText('Live');
	await expect(page.getByText('Still the same.')).toBeVisible();
	await expect(page.getByText('One change of yours waits here')).toBeHidden();
	await expect
		.poll(async () => (await world.admin.get<{ severity: string }>(`/api/issues/${key}`)).severity)
		.toBe('CRITICAL');
	await way.close();
});

test('a stream that says nothing for too long is stale too', async ({ world, browse, expects }) => {
	expects('net::ERR_');
	const way = await openWay(world.base);
	const page = await browse(world.maintainer, { address: way.base });
	// Without the worker the page reads the stream itself, so that its clock can be moved.
	await page.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'));
	await page.clock.install();
	await openLive(page, '/help');
	way.silence();
	await page.clock.fastForward('00:30');
	await expect(liveMark(page)).toHaveText(/Stale since/);
	way.restore();
	await page.clock.fastForward('00:30');
	await expect(liveMark(page)).toHaveText('Live');
	await way.close();
});

test('two tabs share one stream, and the other goes on when one is closed', async ({
	world,
	browse
}) => {
	const { key, title } = await world.file('Seen from two tabs');
	const first = await browse(world.maintainer);
	const second = await first.context().newPage();
	await openLive(first, `/issues/${key}`);
	await openLive(second, `/issues?project=${world.project}`);
	await expect(second.getByRole('link', { name: title })).toBeVisible();
	await first.close();
	await world.admin.patch(`/api/issues/${key}`, { title: 'Renamed for the second tab' });
	await expect(second.getByRole('link', { name: 'Renamed for the second tab' })).toBeVisible();
});
