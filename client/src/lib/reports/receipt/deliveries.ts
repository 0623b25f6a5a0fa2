import { m } from '#lib/paraglide/messages.js';
import type { DeliveryOut, DeliveryState } from '../types.ts';

const WORDS: Record<DeliveryState, () => string> = {
	pending: m.reports_delivery_pending,
	sending: m.reports_delivery_sending,
	sent: m.reports_sent,
	unknown: m.reports_delivery_unknown,
	failed: m.reports_failed,
	suppressed: m.reports_delivery_suppressed
};

export const deliveryWord = ({ state }: DeliveryOut): string => WORDS[state]();

/** How it looks: good, to be looked at, or on its way. */
export function deliveryTone({ state, final }: DeliveryOut): 'ok' | 'bad' | 'warn' | '' {
	if (state === 'sent') return 'ok';
	if (state === 'failed') return final ? 'bad' : 'warn';
	return state === 'unknown' ? 'warn' : '';
}

/** Some of them were not reached, and nothing more will be tried by itself. */
export const hasFailed = (deliveries: readonly DeliveryOut[]): boolean =>
	deliveries.some(({ state, final }) => final && (state === 'failed' || state === 'unknown'));

/** The deliveries with one of them as it is now; an older word changes nothing. */
export function delivered(
	deliveries: readonly DeliveryOut[],
	delivery: DeliveryOut
): DeliveryOut[] {
	const held = deliveries.find(({ id }) => id === delivery.id);
	if (!held) return [...deliveries, delivery];
	return deliveries.map((one) =>
		one === held && held.version < delivery.version ? delivery : one
	);
}
