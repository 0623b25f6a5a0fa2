import { Late } from '#lib/ui/late.svelte.ts';

/** Nobody chooses in a list before they see it: what chooses is fetched once the list has been painted. */
export const actPicker = new Late(() => import('./ActPicker.svelte'));
export const bulkBar = new Late(() => import('./BulkBar.svelte'));
