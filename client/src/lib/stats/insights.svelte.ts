import { api } from '#lib/api/client.ts';
import { asProblem, type Problem } from '#lib/api/problem.ts';
import { before, windowOf, type Range } from './range.ts';
import type { Daily, Day, Flow, Summary } from './types.ts';

/** Charts of a day alone would say nothing: they then show these many. */
const BARS = 14;
const FLOW = 30;

/** The numbers of a range; what was shown stays while others are read. */
export class Insights {
	summary = $state.raw<Summary | null>(null);
	flow = $state.raw<Flow | null>(null);
	days = $state.raw<readonly Day[]>([]);
	/** Those just before, for the comparison. */
	earlier = $state.raw<readonly Day[]>([]);
	/** Of which range and project the numbers are. */
	of = $state.raw<{ range: Range; project: string } | null>(null);
	problem = $state.raw<Problem | null>(null);
	#turn = 0;

	async load(range: Range, project: string): Promise<void> {
		const turn = ++this.#turn;
		const bars = windowOf(range, BARS);
		const past = range.preset === 'today' ? null : before(bars);
		const get = <T>(path: string, query = {}) =>
			api.get<T>(`/api/stats/${path}`, { query: { ...query, project } }).then(({ data }) => data);
		try {
			const [summary, daily, flow] = await Promise.all([
				get<Summary>('summary'),
				get<Daily>('daily', { from: past?.from ?? bars.from, to: bars.to }),
				get<Flow>('flow', windowOf(range, FLOW))
			]);
			if (turn !== this.#turn) return;
			this.summary = summary;
			this.flow = flow;
			this.days = daily.items.filter(({ day }) => day >= bars.from);
			this.earlier = daily.items.filter(({ day }) => day < bars.from);
			this.of = { range, project };
			this.problem = null;
		} catch (thrown) {
			if (turn === this.#turn) this.problem = asProblem(thrown);
		}
	}
}
