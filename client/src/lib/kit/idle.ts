const PATIENCE_MS = 500;

/** Runs it once the page has been painted and the browser has nothing better to do. */
export function whenIdle(run: () => void): void {
	requestAnimationFrame(() => {
		if ('requestIdleCallback' in window) requestIdleCallback(run, { timeout: PATIENCE_MS });
		else setTimeout(run);
	});
}
