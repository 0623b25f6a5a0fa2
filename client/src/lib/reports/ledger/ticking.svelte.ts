import { createSubscriber } from 'svelte/reactivity';

const TICK_MS = 200;

/** A clock for what is under way: it stands still as soon as nobody looks. */
export function ticking(): { readonly now: number } {
	const subscribe = createSubscriber((update) => {
		const timer = setInterval(update, TICK_MS);
		return () => clearInterval(timer);
	});
	return {
		get now() {
			subscribe();
			return Date.now();
		}
	};
}
