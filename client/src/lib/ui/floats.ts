import { Late } from './late.svelte.ts';

/** What floats over the page. Nothing of it is there at first, so its code does not delay the first paint. */
export const popover = new Late(() => import('./PopoverBody.svelte'));
export const menu = new Late(() => import('./MenuBody.svelte'));
export const dialog = new Late(() => import('./DialogBody.svelte'));

/** Once the page stands: so that the first of them opens as fast as any other, and without a network too. */
export async function fetchFloats(): Promise<void> {
	await Promise.all([popover, menu, dialog].map((late) => late.fetch()));
}
