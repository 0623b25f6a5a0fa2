import { ago } from '#lib/kit/time.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Abilities, ReportFacts, ReportSummary, RunStatus, RunSummary } from './types.ts';
import { soonThere, spanUntil } from './zone.ts';

/** How a state looks: the runs on their way share one sign. */
export type Sign =
	'queued' | 'running' | 'success' | 'partial' | 'failed' | 'cancelled' | 'missed' | 'skipped';

export const signOf = (status: RunStatus): Sign =>
	status === 'RENDERED' || status === 'DELIVERING'
		? 'running'
		: (status.toLowerCase() as Exclude<Sign, 'rendered' | 'delivering'>);

export const stateWord: Record<RunStatus, () => string> = {
	QUEUED: m.reports_queued,
	RUNNING: m.reports_running,
	RENDERED: m.reports_running,
	DELIVERING: m.reports_sending,
	SUCCESS: m.reports_sent,
	PARTIAL: m.reports_partial,
	FAILED: m.reports_failed,
	CANCELLED: m.reports_cancelled,
	MISSED: m.reports_missed,
	SKIPPED: m.reports_skipped
};

const ACTIVE: readonly RunStatus[] = ['QUEUED', 'RUNNING', 'RENDERED', 'DELIVERING'];

/** It is still on its way. */
export const isActive = (status: RunStatus): boolean => ACTIVE.includes(status);

/** When it is due, in words: `Weekdays 08:00`; by hand it is who made it. */
export function whenWords(report: ReportSummary, now: Date): string {
	if (report.schedule) return briefly(report.schedule.when);
	const at = report.last_run?.finished_at ?? report.last_run?.started_at;
	const name = first(report);
	return at ? m.reports_by_on({ name, day: ago(at, now) }) : m.reports_by({ name });
}

/** A schedule's words as short as a list wants them: `Weekdays 08:00`, `Mondays 06:00`, `Daily 07:30`. */
export function briefly(when: string): string {
	const short = when
		.replace(/ at (?=\d|noon|midnight)/, ' ')
		.replace(/^every (weekday|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)(?= \d|$)/, '$1s')
		.replace(/^every day(?= \d|$)/, 'daily');
	return capital(short);
}

const first = ({ owner }: ReportFacts): string => owner.name.split(' ')[0] ?? owner.name;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** What comes next, and whether somebody should look. */
export function nextWords(report: ReportSummary, now: Date): { text: string; isWarning: boolean } {
	const { schedule, next_fire_at: next } = report;
	if (!schedule) return { text: m.reports_only_by_hand(), isWarning: false };
	if (schedule.paused_at !== null) {
		const n = schedule.failure_streak;
		if (n === 0) return { text: m.reports_paused(), isWarning: false };
		const text = n === 1 ? m.reports_paused_one() : m.reports_paused_after({ n });
		return { text, isWarning: true };
	}
	if (!report.is_active) return { text: m.reports_off(), isWarning: false };
	if (next === null) return { text: m.reports_no_next(), isWarning: false };
	const at = soonThere(new Date(next), schedule.tz, now, (time) => m.reports_today({ time }));
	return { text: m.reports_next({ at }), isWarning: false };
}

/** The sign of a report in the list: its last run, or that it rests. */
export function signOfReport({ last_run: last }: ReportSummary): Sign | null {
	return last ? signOf(last.status) : null;
}

/** `1.8 s`, `2 min 5 s`. */
export function tookText(ms: number): string {
	const seconds = ms / 1000;
	if (seconds < 60) return `${seconds.toFixed(1)} s`;
	return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

const whose = ({ requested_by: who }: RunSummary): string => who?.name ?? m.reports_somebody();

/** Why the reader can't write SQL, and whom to ask; null: they can, or nobody knows yet. */
export function sqlRefusal(abilities: Abilities | null): string | null {
	if (!abilities || abilities.sql_refusal === null) return null;
	const why = abilities.sql_refusal.replace(/\.$/, '');
	const names = abilities.ask.map(({ name }) => name);
	if (names.length === 0) return `${why}.`;
	return m.reports_sql_ask({
		why,
		names: new Intl.ListFormat('en', { type: 'disjunction' }).format(names)
	});
}

/** Who or what began a run that no slot did: the first words of its reason. */
function origin(run: RunSummary): string | null {
	switch (run.trigger) {
		case 'manual':
			return m.reports_by_hand_of({ name: whose(run) });
		case 'test':
			return m.reports_test_of({ name: whose(run) });
		case 'api':
			return m.reports_by_program_of({ name: whose(run) });
		case 'schedule':
			return null;
	}
}

/** The words under a row: why it is not simply sent, and what began it. null: there is nothing to say. */
export function whyWords(run: RunSummary, tz: string | null, now: Date): string | null {
	const isFine = run.status === 'SUCCESS';
	const reason = run.reason ?? (isFine ? null : (run.error?.message ?? null));
	const next = run.next_try_at ? nextTry(run.next_try_at, tz, now) : null;
	const said = [origin(run), reason, next].filter((part) => part !== null);
	return said.length > 0 ? said.map((part) => part.replace(/\.$/, '')).join('. ') : null;
}

const nextTry = (at: string, tz: string | null, now: Date): string =>
	m.reports_next_try({
		time: soonThere(new Date(at), tz, now, (time) => m.reports_today({ time }))
	});

/** What began a run, in the line of one that is under way. */
export const triggerWords = ({ trigger }: RunSummary): string =>
	({
		manual: m.reports_by_hand,
		test: m.reports_by_test,
		api: m.reports_by_program,
		schedule: m.reports_by_schedule
	})[trigger]();

/** What a run is at, within a sentence: `Drawing chart 1 of 2` → `drawing chart 1 of 2`. */
export const stageWords = (stage: string): string =>
	stage.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());

/** `in 3 d`, `in 40 min`. */
export function inWords(at: Date, now: Date): string {
	const { n, unit } = spanUntil(at, now);
	return m.reports_in({ span: `${n} ${unit}` });
}
