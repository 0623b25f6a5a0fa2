import axe from 'axe-core';
import { expect, type Page } from '@playwright/test';

declare global {
	interface Window {
		axe: typeof axe;
	}
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * WCAG 2.2 AA, as far as a machine can tell: all of it, or one rule. No page holds a frame of another origin, so all is
 * done inside the page, which keeps the rules' code. What is in order is not told: to name each such element took axe
 * two thirds of its time.
 */
export async function accessible(page: Page, rule?: string): Promise<void> {
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
	await page.evaluate(atRest);
	const found = await page.evaluate(
		async (values) => {
			const runOnly = { type: values.length === 1 ? ('rule' as const) : ('tag' as const), values };
			const { violations } = await window.axe.run({ runOnly, resultTypes: ['violations'] });
			return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
		},
		rule ? [rule] : RULES
	);
	expect.soft(found, `accessibility of ${new URL(page.url()).pathname}`).toEqual([]);
}

/** In light all of it, in dark what the colours can do to it. */
export async function accessibleInBoth(page: Page): Promise<void> {
	await accessible(page);
	await page.emulateMedia({ colorScheme: 'dark' });
	await accessible(page, 'color-contrast');
	await page.emulateMedia({ colorScheme: 'light' });
	await page.evaluate(atRest);
}

/** What fades in, and colours that are on their way to others, have arrived. */
async function atRest(): Promise<void> {
	const isEnding = (one: Animation) => one.effect?.getComputedTiming().endTime !== Infinity;
	await Promise.allSettled(
		document
			.getAnimations()
			.filter(isEnding)
			.map(({ finished }) => finished)
	);
}
