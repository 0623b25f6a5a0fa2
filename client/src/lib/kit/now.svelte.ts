import { createSubscriber } from 'svelte/reactivity';

const TICK_MS = 15_000;

/** One timer for all the relative times of the page; it stops when nobody looks. */
const subscribe = createSubscriber((update) => {
	const timer = setInterval(update, TICK_MS);
	document.addEventListener('visibilitychange', update);
	return () => {
		clearInterval(timer);
		document.removeEventListener('visibilitychange', update);
	};
});

/** The present, reactive: read inside an effect or a template it is kept current to a quarter of a minute. */
export function now(): Date {
	subscribe();
	return new Date();
}
