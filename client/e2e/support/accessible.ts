import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * WCAG 2.2 AA, as far as a machine can tell: all of it, or one rule. No page holds a frame of another origin, so all is
 * done inside the page (what axe calls its legacy mode): the other one opens a second page for each look.
 */
export async function accessible(page: Page, rule?: string): Promise<void> {
	const axe = new AxeBuilder({ page }).setLegacyMode();
	const { violations } = await (rule ? axe.withRules(rule) : axe.withTags(RULES)).analyze();
	const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
	expect.soft(found, `accessibility of ${new URL(page.url()).pathname}`).toEqual([]);
}

/** In light all of it, in dark what the colours can do to it. */
export async function accessibleInBoth(page: Page): Promise<void> {
	await accessible(page);
	await page.emulateMedia({ colorScheme: 'dark' });
	await page.evaluate(atRest);
	await accessible(page, 'color-contrast');
	await page.emulateMedia({ colorScheme: 'light' });
	await page.evaluate(atRest);
}

/** Colours that are on their way to others have been there. */
async function atRest(): Promise<void> {
	const isEnding = (one: Animation) => one.effect?.getComputedTiming().endTime !== Infinity;
	await Promise.allSettled(
		document
			.getAnimations()
			.filter(isEnding)
			.map(({ finished }) => finished)
	);
}
