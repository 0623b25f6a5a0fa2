import { Asking } from '#lib/api/asking.svelte.ts';
import { checkSchedule } from '../commands.ts';
import type { SchedulePreview } from '../types.ts';
import type { ScheduleEdit } from './definition.ts';
import { readWhen } from './when.ts';

const PAUSE_MS = 250;

/** What the server makes of a schedule while it is typed: cron, zone and the next times. The last good answer stays. */
export class ScheduleEcho extends Asking<SchedulePreview> {
	/** Asks once the typing pauses; returns how to stop. */
	ask(schedule: ScheduleEdit): () => void {
		const asked = readWhen(schedule.text);
		const when = schedule.cron ?? asked.cron ?? asked.when;
		const tz = asked.tz ?? schedule.tz;
		if (when !== null) return this.poseIn(PAUSE_MS, (signal) => checkSchedule(when, tz, signal));
		this.forget();
		return () => undefined;
	}
}
