import { asProblem, type Problem } from '#lib/api/problem.ts';
import { checkSchedule } from '../commands.ts';
import type { SchedulePreview } from '../types.ts';
import type { ScheduleEdit } from './definition.ts';
import { readWhen } from './when.ts';

const PAUSE_MS = 250;

/** What the server makes of a schedule while it is typed: cron, zone and the next times. The last good answer stays. */
export class ScheduleEcho {
	answer = $state.raw<SchedulePreview | null>(null);
	problem = $state.raw<Problem | null>(null);
	/** What is typed has not been answered yet. */
	isAsking = $state(false);
	#asking: AbortController | null = null;

	/** Asks once the typing pauses; returns how to stop. */
	ask(schedule: ScheduleEdit): () => void {
		const asked = readWhen(schedule.text);
		const when = schedule.cron ?? asked.cron ?? asked.when;
		this.#asking?.abort();
		if (when === null) {
			this.answer = null;
			this.problem = null;
			this.isAsking = false;
			return () => undefined;
		}
		const asking = new AbortController();
		this.#asking = asking;
		this.isAsking = true;
		const timer = setTimeout(async () => {
			try {
				const answer = await checkSchedule(when, asked.tz ?? schedule.tz, asking.signal);
				if (asking.signal.aborted) return;
				this.answer = answer;
				this.problem = null;
			} catch (thrown) {
				if (asking.signal.aborted) return;
				this.problem = asProblem(thrown);
			}
			this.isAsking = false;
		}, PAUSE_MS);
		return () => {
			clearTimeout(timer);
			asking.abort();
		};
	}
}
