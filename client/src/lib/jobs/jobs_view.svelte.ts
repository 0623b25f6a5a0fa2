import { asProblem, type Problem } from '#lib/api/problem.ts';
import type { Change } from '#lib/stream/dispatch.ts';
import { getSystem, listJobs } from './commands.ts';
import type { Job, JobPause, JobRun, Jobs, System } from './types.ts';

const KEPT = 100;

/** A job after one more written run; an older run than the last changes nothing. */
export function withRun(job: Job, run: JobRun): Job {
	if (job.last_run && job.last_run.id >= run.id) return job;
	return {
		...job,
		last_run: run,
		running: false,
		recent_ms: [...job.recent_ms, run.duration_ms].slice(-KEPT)
	};
}

/** Jobs, processes and readings, kept as they are by events and by asking again. */
export class JobsView {
	jobs = $state.raw<Jobs | null>(null);
	system = $state.raw<System | null>(null);
	problem = $state.raw<Problem | null>(null);

	get(name: string | null): Job | undefined {
		return this.jobs?.items.find((job) => job.name === name);
	}

	async load(): Promise<void> {
		try {
			[this.jobs, this.system] = await Promise.all([listJobs(), getSystem()]);
			this.problem = null;
		} catch (thrown) {
			this.problem = asProblem(thrown);
		}
	}

	put(job: Partial<Job> & Pick<Job, 'name'>): void {
		this.#change(job.name, (held) => ({ ...held, ...job }));
	}

	apply(change: Change): void {
		if (change.kind === 'job-run')
			this.#change(change.run.job, (held) => withRun(held, change.run));
		else if (change.kind === 'job-pause') this.put(change.pause satisfies JobPause);
	}

	#change(name: string, by: (held: Job) => Job): void {
		if (!this.jobs) return;
		const items = this.jobs.items.map((held) => (held.name === name ? by(held) : held));
		this.jobs = { ...this.jobs, items };
	}
}
