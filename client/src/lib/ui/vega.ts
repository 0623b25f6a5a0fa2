import type { Result } from 'vega-embed';
import type { TopLevelSpec } from 'vega-lite';

/** Tells what stands under the pointer; nothing, when `value` is empty. */
export type ShowTip = (_: unknown, event: MouseEvent, __: unknown, value: unknown) => void;

/** Draws into `on`. What draws is heavy and is fetched with the first picture. `ast`: expressions are walked, not compiled, as the policy wants. */
export async function drawChart(
	on: HTMLElement,
	spec: TopLevelSpec,
	tooltip: ShowTip
): Promise<Result> {
	const { default: embed } = await import('vega-embed');
	return await embed(on, spec, {
		ast: true,
		mode: 'vega-lite',
		renderer: 'svg',
		actions: false,
		defaultStyle: false,
		tooltip
	});
}
