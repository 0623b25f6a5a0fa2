import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { accessibleInBoth as accessible } from './support/accessible.ts';
import { mockServer } from './support/mock.ts';
import { reportServer, type ReportScene } from './support/reports.ts';
import { ABILITIES, REPORTS, whole } from './support/reports_data.ts';
import { NOW, PEOPLE, push } from './support/scene.ts';

test.use({ timezoneId: 'Europe/Berlin', reducedMotion: 'reduce' });
// Each has its own answers; the longest file need not be what everything else waits for in the end.
test.describe.configure({ mode: 'parallel' });

async function open(
	page: Page,
	context: BrowserContext,
	path: string,
	over: Partial<ReportScene> = {},
	isFixed = true
) {
	const found: string[] = [];
	page.on('pageerror', (error) => found.push(String(error)));
	page.on('console', (line) => line.type() === 'error' && found.push(line.text()));
	await mockServer(context);
	const scene = await reportServer(context, over);
	if (isFixed) await page.clock.setFixedTime(new Date(NOW));
	await page.goto(path);
	return { scene, found };
}

const runs = (page: Page) => page.getByRole('region', { name: 'Runs' });
const editor = (page: Page) => page.getByRole('complementary', { name: 'Edit report' });
const receipt = (page: Page) => page.getByRole('complementary', { name: 'Receipt' });
const patches = ({ asked }: ReportScene) => asked.filter(({ method }) => method === 'PATCH');

test('the ledger has a row for each slot, with the reason under it', async ({ page, context }) => {
	const { found } = await open(page, context, '/reports/1');
	await expect(runs(page).locator('[data-slot]')).toHaveCount(13);
	await expect(runs(page).getByRole('progressbar')).toHaveAttribute('aria-valuenow', '64');
	await expect(runs(page)).toContainText('by hand, rendering the PDF');
	await expect(runs(page)).toContainText(
		'Server was off 07:41 to 08:52, the grace of 30 min had passed'
	);
	await expect(runs(page)).toContainText(
		'13 slots since 4 Nov: 8 sent, 5 with a reason, none without a row.'
	);
	await accessible(page);
	expect(found).toEqual([]);
});

test('is walked by keys, and a receipt says what was sent to whom', async ({ page, context }) => {
	const { found } = await open(page, context, '/reports');
	await expect(page.locator('[data-report]')).toHaveCount(7);
	for (const _ of [1, 2, 3, 4, 5, 6]) await page.keyboard.press('j');
	await page.keyboard.press('Enter');
	await expect(page).toHaveURL(/\/reports\/1$/);
	await runs(page).locator('[data-slot]').first().focus();
	await page.keyboard.press('j');
	await page.keyboard.press('Enter');
	await expect(page).toHaveURL(/run=199/);
	await expect(receipt(page)).toContainText('9 new, 4 gone, 2 changed');
	await expect(receipt(page)).toContainText('452 4.2.2 Mailbox full');
	await expect(receipt(page).getByRole('img', { name: 'Issues by project' })).toBeVisible();
	await expect(receipt(page).locator('svg .mark-rect path')).toHaveCount(3);
	await expect(receipt(page).getByRole('link', { name: /^Download .*pdf/ })).toHaveAttribute(
		'href',
		/\/api\/runs\/199\/download\?file=b0000000/
	);
	await accessible(page);
	await page.keyboard.press('Escape');
	await expect(receipt(page)).toBeHidden();
	expect(found).toEqual([]);
});

test('a run that ends elsewhere is a row here at once', async ({ page, context }) => {
	const { scene } = await open(page, context, '/reports/1');
	await expect(runs(page).getByRole('progressbar')).toBeVisible();
	const [running] = scene.runs;
	const run = { ...running, status: 'SUCCESS', rows: 150, finished_at: NOW, version: 9 };
	await push(page, 'report.run_finished', PEOPLE.mara, {
		report: { id: 1, name: 'Weekday triage summary' },
		run,
		version: 9
	});
	await expect(runs(page).getByRole('progressbar')).toBeHidden();
	await expect(runs(page)).toContainText('By hand, Mara Velling');
	await expect(runs(page).locator('[data-slot]')).toHaveCount(14);
});

test('a report that somebody else deletes says so, and no other opens by itself', async ({
	page,
	context
}) => {
	await open(page, context, '/reports');
	const first = page
		.getByRole('region', { name: 'Reports', exact: true })
		.locator('[data-report]')
		.first();
	const id = await first.getAttribute('data-report');
	await expect(runs(page).getByRole('heading', { level: 2 })).toBeVisible();
	await push(page, 'report.deleted', PEOPLE.mara, { report: { id: Number(id) }, version: 99 });
	await expect(page.getByRole('heading', { name: 'This report is gone' })).toBeVisible();
	await expect(page.locator(`[data-report="${id}"]`)).toHaveCount(0);
	await page.getByRole('link', { name: 'All reports' }).click();
	await expect(runs(page).getByRole('heading', { level: 2 })).toBeVisible();
});

test('a schedule is typed in words, echoed, saved by its key, and nothing else is sent', async ({
	page,
	context
}) => {
	const { scene } = await open(page, context, '/reports/1');
	await expect(runs(page).getByRole('button', { name: 'Edit' })).toBeVisible();
	await page.keyboard.press('e');
	await editor(page).getByRole('button', { name: 'Schedule' }).click();
	await expect(editor(page).getByText('Unsaved')).toBeHidden();
	await editor(page).getByLabel('When').fill('every weekday 08:00 Europe/Berlin');
	await expect(editor(page).getByText('Unsaved')).toBeVisible();
	await expect(editor(page).getByText('GMT+1, summer time kept')).toBeVisible();
	await expect(editor(page).getByRole('listitem')).toHaveCount(5);
	await accessible(page);
	await page.keyboard.press('ControlOrMeta+s');
	await expect.poll(() => patches(scene).length).toBe(1);
	expect(patches(scene)[0]?.body).toEqual({
		schedule: {
			tz: 'Europe/Berlin',
			when: 'every weekday 08:00',
			catchup: 'latest',
			overlap: 'skip',
			grace_s: 1800,
			jitter_s: 0,
			wait_for: null,
			wait_until: null,
			pause_after: 3
		}
	});
});

test('a refusal is said at its field, and what was typed stays', async ({ page, context }) => {
	const { scene } = await open(page, context, '/reports/1?edit=recipients');
	scene.refuse['PATCH /api/reports/1'] = {
		status: 422,
		body: {
			code: 'invalid_input',
			title: 'Invalid',
			errors: [{ field: 'recipients.3.address', message: 'is no address' }]
		}
	};
	await editor(page).getByRole('combobox', { name: 'Recipients' }).fill('nobody@nowhere.example');
	await page.keyboard.press('Enter');
	await page.keyboard.press('ControlOrMeta+s');
	await expect(editor(page).getByRole('alert')).toHaveText('is no address');
	await expect(editor(page).getByText('nobody@nowhere.example')).toBeVisible();
	await page.reload();
	await expect(editor(page).getByText('nobody@nowhere.example')).toBeVisible();
	await editor(page).getByRole('button', { name: 'Discard' }).click();
	await expect(editor(page).getByText('nobody@nowhere.example')).toBeHidden();
});

test('who is quicker elsewhere is merged, and asked about where both changed the same', async ({
	page,
	context
}) => {
	const { scene } = await open(page, context, '/reports/1?edit=data');
	const stale = { status: 412, body: { code: 'stale_version', title: 'Stale' } };
	await editor(page).getByLabel('Name', { exact: true }).fill('Mine');
	scene.reports = scene.reports.map((report) =>
		report.id === 1 ? { ...report, formats: ['csv'], version: 4 } : report
	);
	scene.refuse['PATCH /api/reports/1'] = stale;
	await page.keyboard.press('ControlOrMeta+s');
	await expect.poll(() => patches(scene).length).toBe(2);
	expect(patches(scene)[1]?.body).toEqual({ name: 'Mine' });

	await editor(page).getByLabel('Name', { exact: true }).fill('Mine again');
	scene.reports = scene.reports.map((report) =>
		report.id === 1 ? { ...report, name: 'Hers', version: 9 } : report
	);
	scene.refuse['PATCH /api/reports/1'] = stale;
	await page.keyboard.press('ControlOrMeta+s');
	const clash = editor(page).getByRole('alert');
	await expect(clash).toContainText('Hers');
	await expect(clash).toContainText('Mine again');
	expect(patches(scene)).toHaveLength(3);
	await clash.getByRole('button', { name: 'Keep mine' }).click();
	await page.keyboard.press('ControlOrMeta+s');
	await expect.poll(() => patches(scene).at(-1)?.body).toEqual({ name: 'Mine again' });
});

test('SQL is completed, and a mistake is marked where it is', async ({ page, context }) => {
	const { scene, found } = await open(page, context, '/reports/7?edit=data', {}, false);
	await editor(page).getByRole('button', { name: 'Preview' }).click();
	const box = page.getByRole('textbox', { name: 'SQL' });
	await box.click();
	await page.keyboard.press('ControlOrMeta+End');
	await page.keyboard.type('\nWHERE cre');
	await page.getByRole('option', { name: /^created_at/ }).click();
	await expect(box).toContainText('WHERE created_at');
	scene.refuse['POST /api/sandbox/check'] = {
		status: 422,
		body: { code: 'invalid_sql', title: 'No', line: 3, column: 7, reason: 'no such column' }
	};
	await page.keyboard.type(' n');
	await expect(page.getByRole('alert')).toHaveText('Line 3, column 7: no such column');
	await expect(page.locator('.cm-lintRange-error')).toHaveText('created_at');
	await accessible(page);
	expect(found.filter((text) => !text.includes('422'))).toEqual([]);
});

test('with no report yet, one click makes one that is ready', async ({ page, context }) => {
	const { scene } = await open(page, context, '/reports', { reports: [], runs: [] });
	await expect(
		page.getByRole('heading', { name: 'Reports that write and send themselves' })
	).toBeVisible();
	await accessible(page);
	await page.getByRole('button', { name: /^Open critical/ }).click();
	await expect(page).toHaveURL(/\/reports\/8\?edit=schedule/);
	expect(scene.asked.at(-1)?.path).toBe('/api/reports/ready-made/open_critical');
});

test('datasets that can not be had are said, and asked for anew by the next click', async ({
	page,
	context
}) => {
	await open(page, context, '/reports', { reports: [], runs: [] });
	await expect(page.getByRole('button', { name: /^From a dataset/ })).toBeVisible();
	let isDown = true;
	await context.route('**/api/datasets', (route) => (isDown ? route.abort() : route.fallback()));
	await page.goto('/reports/new');
	const begin = page.getByRole('button', { name: /^From a dataset/ });
	await begin.click();
	await expect(page.getByRole('alert')).toContainText('From a dataset');
	await expect(editor(page)).toBeHidden();
	isDown = false;
	await begin.click();
	await expect(editor(page)).toBeVisible();
});

test('on a phone list, runs, editor and receipt are pages of their own', async ({
	page,
	context
}) => {
	await page.setViewportSize({ width: 360, height: 780 });
	await open(page, context, '/reports');
	await accessible(page);
	await page.locator('[data-report="1"]').click();
	await expect(page.locator('[data-report="1"]')).toBeHidden();
	await expect(runs(page)).toBeVisible();
	await accessible(page);
	await page.getByRole('button', { name: 'Edit' }).click();
	await expect(runs(page)).toBeHidden();
	await accessible(page);
	await editor(page).getByRole('button', { name: 'Preview' }).click();
	await expect(page.getByRole('cell', { name: 'DEP-400' })).toBeVisible();
	await page.getByRole('button', { name: 'Back to the runs' }).click();
	await editor(page).getByRole('button', { name: 'Close' }).click();
	await page.getByRole('link', { name: 'Receipt' }).first().click();
	await expect(receipt(page)).toBeVisible();
	await accessible(page);
	const width = await page.evaluate(() => document.documentElement.scrollWidth);
	expect(width).toBeLessThanOrEqual(360);
});

const withParameters = () => {
	const parameters = [
		{ name: 'since', type: 'date', default: '-7d', label: 'Since', required: true },
		{ name: 'only_open', type: 'boolean', default: true, label: '', required: false }
	];
	return REPORTS.map(whole).map((report) => ({ ...report, parameters }));
};

test('a run of a report with parameters asks for them, and a refusal is said at its field', async ({
	page,
	context
}) => {
	const { scene } = await open(page, context, '/reports/1', { reports: withParameters() });
	await expect(runs(page).getByRole('button', { name: 'Test to me' })).toBeVisible();
	await page.keyboard.press('r');
	const dialog = page.getByRole('dialog', { name: 'Run Weekday triage summary' });
	const since = dialog.getByLabel('Since');
	await expect(since).toBeFocused();
	await expect(since).toHaveValue('-7d');
	await expect(dialog.getByRole('button', { name: 'only_open: Yes' })).toBeVisible();
	await accessible(page);
	scene.refuse['POST /api/reports/1/run'] = {
		status: 422,
		body: {
			code: 'invalid_input',
			title: 'Invalid',
			errors: [{ field: 'parameters.since', message: 'is a day that no calendar has' }]
		}
	};
	await since.fill('2026-11-31');
	await page.keyboard.press('Enter');
	await expect(dialog.getByRole('alert')).toHaveText('is a day that no calendar has');
	await expect(since).toHaveValue('2026-11-31');
	await since.fill('2026-11-30');
	await expect(dialog.getByRole('alert')).toBeHidden();
	await dialog.getByRole('button', { name: 'Run now' }).click();
	await expect(dialog).toBeHidden();
	expect(scene.asked.map(({ path, body }) => [path, body])).toEqual([
		['/api/reports/1/run', { parameters: { since: '2026-11-31' } }],
		['/api/reports/1/run', { parameters: { since: '2026-11-30' } }]
	]);
});

test('without another value a test is made with the usual ones', async ({ page, context }) => {
	const { scene } = await open(page, context, '/reports/1', { reports: withParameters() });
	await runs(page).getByRole('button', { name: 'Test to me' }).click();
	const dialog = page.getByRole('dialog', { name: 'Test Weekday triage summary' });
	await dialog.getByRole('button', { name: 'Test to me' }).click();
	await expect(dialog).toBeHidden();
	expect(scene.asked).toMatchObject([{ path: '/api/reports/1/test', body: {} }]);
});

test('who may not write SQL is told why, and whom to ask', async ({ page, context }) => {
	const abilities = {
		...ABILITIES,
		sql: false,
		sql_refusal: 'SQL is for admins',
		ask: [PEOPLE.tomo]
	};
	await open(page, context, '/reports/1?edit=data', { abilities });
	await expect(editor(page)).toContainText(`SQL is for admins. Ask ${PEOPLE.tomo.name}.`);
	await expect(editor(page).getByRole('button', { name: 'SQL', exact: true })).toBeHidden();
	await page.goto('/reports/new');
	await expect(page.getByRole('button', { name: /^With SQL SQL is for admins/ })).toBeDisabled();
	await accessible(page);
});

test('a webhook gets a secret of its own, which is told once', async ({ page, context }) => {
	const { scene } = await open(page, context, '/reports/1?edit=recipients');
	const secret = editor(page).getByLabel('Signing secret of wall-screen');
	await expect(secret).toHaveValue('');
	await expect(editor(page)).toContainText('Set. Calls are signed with it');
	await editor(page).getByRole('button', { name: 'Generate a secret for wall-screen' }).click();
	await expect(secret).toHaveValue(/^whsec_[A-Za-z0-9+/]{32}$/);
	await expect(editor(page)).toContainText('once saved it is not shown again');
	await accessible(page);
	const value = await secret.inputValue();
	expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(value);
	await page.keyboard.press('ControlOrMeta+s');
	await expect.poll(() => patches(scene).length).toBe(1);
	expect(patches(scene)[0]?.body).toMatchObject({
		recipients: [
			{ kind: 'role' },
			{ kind: 'email' },
			{ kind: 'webhook', url: 'https://wall-screen/hook', secret: value }
		]
	});
	await editor(page).getByRole('button', { name: 'Take the secret of wall-screen away' }).click();
	await expect(editor(page)).toContainText('It is taken away when you save');
	await editor(page).getByRole('button', { name: 'Leave the secret of wall-screen' }).click();
	await expect(editor(page).getByText('Unsaved')).toBeHidden();
});

test('without a mail server it is said at the recipients and in the ledger', async ({
	page,
	context
}) => {
	await open(page, context, '/reports/1?edit=recipients', {
		abilities: { ...ABILITIES, sends_mail: false }
	});
	for (const place of [runs(page), editor(page)]) {
		await expect(place).toContainText('No mail server is set up');
		await expect(place.getByRole('link', { name: 'Set up mail' })).toHaveAttribute(
			'href',
			'/admin/mail'
		);
	}
	await accessible(page);
});

test('numbers of issues open the list with the filter of the report', async ({ page, context }) => {
	const { scene } = await open(page, context, '/reports/1');
	const list = '/issues?q=is%3Aopen%20updated%3E-7d';
	for (const name of ['148', '47,902'])
		await expect(runs(page).getByRole('link', { name, exact: true })).toHaveAttribute('href', list);
	const [first, ...rest] = scene.reports;
	const source = { ...first?.source, group_by: ['project'] };
	scene.reports = [{ ...first, source } as typeof first & object, ...rest];
	await page.reload();
	await expect(runs(page).getByText('148', { exact: true })).toBeVisible();
	await expect(runs(page).getByRole('link', { name: '148', exact: true })).toBeHidden();
});
