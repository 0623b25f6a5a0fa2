import { join } from 'node:path';
import type { Page } from '@playwright/test';

/** Takes a picture for the user's pages, when pictures are wanted: with TRACKLY_PICTURES set. */
export async function picture(page: Page, name: string): Promise<void> {
	if (!process.env.TRACKLY_PICTURES) return;
	const path = join(import.meta.dirname, '../../../docs/user', `${name}.png`);
	await page.screenshot({ path, animations: 'disabled' });
}
