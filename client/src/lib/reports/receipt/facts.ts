import type { Person } from '#lib/api/types.ts';
import { byteSize, count } from '#lib/kit/text.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Fact } from '#lib/ui/Facts.svelte';
import { eventNumber, tookMs } from '../ledger.ts';
import { valueText } from '../running/values.ts';
import type { Parameter, RunOut } from '../types.ts';
import { tookText } from '../words.ts';
import type { Edition } from './types.ts';

interface World {
	/** What the report can be given, as it is now. */
	parameters: readonly Parameter[];
	people: readonly Person[];
	/** Where the issues of the run are listed; null: nowhere. */
	issues: string | null;
	onversion: (version: number) => void;
}

/** What a run was made of, and what came of it: one line each, only what is known. */
export function factsOf(
	run: RunOut,
	edition: Edition | undefined,
	{ parameters, people, issues, onversion }: World
): Fact[] {
	const href = issues ?? undefined;
	const event = eventNumber(edition?.as_of ?? run.as_of);
	const rows = edition?.rows ?? run.rows;
	const isCut = edition?.truncated ?? run.truncated;
	const took = tookMs(run);
	const facts: (Fact | null)[] = [
		edition ? { label: m.reports_scope(), text: edition.scope_label } : null,
		{
			label: m.reports_version(),
			text: m.reports_version_n({ n: run.report_version }),
			act: () => onversion(run.report_version)
		},
		event === null
			? null
			: {
					label: m.reports_as_of(),
					text: count(event),
					title: edition?.as_of ?? run.as_of ?? '',
					href
				},
		rows === null
			? null
			: {
					label: m.reports_rows(),
					text: isCut ? m.reports_rows_cut({ n: count(rows) }) : count(rows),
					title: href && m.reports_rows_open(),
					href
				},
		...Object.entries(edition?.values ?? run.parameters).map(([name, value]) => {
			const parameter = parameters.find((one) => one.name === name);
			return { label: parameter?.label || name, text: valueText(value, parameter, people) };
		}),
		took === null ? null : { label: m.reports_took(), text: tookText(took) },
		run.attempt > 1 ? { label: m.reports_attempts(), text: count(run.attempt) } : null,
		run.bytes === null ? null : { label: m.reports_size(), text: byteSize(run.bytes) },
		...(edition?.figures ?? []).map(({ label, value }) => ({ label, text: value ?? '–' })),
		edition
			? {
					label: m.reports_fingerprint(),
					text: edition.fingerprint.slice(0, 16),
					title: edition.fingerprint
				}
			: null
	];
	return facts.filter((fact) => fact !== null);
}

/** `First 20 of 148`. */
export function outlineOf({ head, rows }: Edition): string {
	return head.length < rows ? m.reports_first_of({ n: head.length, of: count(rows) }) : count(rows);
}
