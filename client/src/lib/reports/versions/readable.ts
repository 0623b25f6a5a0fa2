import { m } from '#lib/paraglide/messages.js';
import { typeWord } from '../editor/parameters.ts';
import { nameOf } from '../editor/recipients.ts';
import { spanText } from '../editor/spans.ts';
import type { Check, FieldChange, Parameter, Recipient } from '../types.ts';

interface World {
	people: readonly { id: number; name: string }[];
	projects: readonly { key: string; name: string }[];
}
type Line = NonNullable<FieldChange['lines']>[number];

/** Values that have words of their own, by their field. */
const WORDS: Record<string, Record<string, () => string>> = {
	'schedule.catchup': {
		latest: m.reports_catchup_latest,
		all: m.reports_catchup_all,
		skip: m.reports_catchup_skip
	},
	'schedule.overlap': {
		skip: m.reports_overlap_skip,
		queue: m.reports_overlap_queue,
		allow: m.reports_overlap_allow
	},
	'schedule.wait_for': { yesterday_closed: m.reports_wait },
	'templates.layout': {
		full: m.reports_layout_full,
		summary: m.reports_layout_summary,
		table: m.reports_layout_table
	}
};
const SPANS = ['schedule.grace_s', 'schedule.jitter_s'];

/** One value of a field, as a person says it. */
export function said(field: string, value: unknown, world: World): string {
	if (field === 'schedule' && value === null) return m.reports_only_by_hand();
	if (field === 'is_active') return value ? m.reports_active() : m.reports_off();
	if (value === null || value === undefined || value === '') return '–';
	if (SPANS.includes(field) && typeof value === 'number') return spanText(value);
	if (Array.isArray(value)) return value.map((one) => item(field, one, world)).join(', ') || '–';
	if (typeof value === 'object') return members(value);
	return WORDS[field]?.[String(value)]?.() ?? String(value);
}

/** What came into a list and what went, one line each; null: it is no list, or only its order is another. */
export function listed({ field, before, after }: FieldChange, world: World): Line[] | null {
	if (!Array.isArray(before) || !Array.isArray(after)) return null;
	const [old, now] = [before, after].map((list) =>
		(list as unknown[]).map((one) => item(field, one, world))
	) as [string[], string[]];
	const gone = old.filter((text) => !now.includes(text));
	if (gone.length === 0 && now.every((text) => old.includes(text))) return null;
	return [
		...gone.map((text) => ({ op: 'remove' as const, text })),
		...now.map((text) => ({ op: old.includes(text) ? ('keep' as const) : ('add' as const), text }))
	];
}

function item(field: string, value: unknown, world: World): string {
	if (typeof value !== 'object' || value === null)
		return field === 'formats' ? String(value).toUpperCase() : String(value);
	switch (field) {
		case 'recipients':
			return nameOf(value as Recipient, world);
		case 'parameters':
			return parameter(value as Parameter);
		case 'checks':
			return check(value as Check);
		default:
			return members(value);
	}
}

function parameter({ name, type, default: usual, required }: Parameter): string {
	const value = usual === null ? m.reports_parameter_none() : String(usual);
	const must = required ? [m.reports_parameter_required()] : [];
	return [`${name}: ${typeWord[type]()}`, value, ...must].join(', ');
}

function check(one: Check): string {
	const end = one.on_fail === 'stop' ? m.reports_check_stop() : m.reports_check_warn();
	switch (one.kind) {
		case 'row_count': {
			const bounds = [
				...(one.min == null ? [] : [`${m.reports_check_min()} ${one.min}`]),
				...(one.max == null ? [] : [`${m.reports_check_max()} ${one.max}`])
			];
			return [m.reports_check_rows(), ...bounds, end].join(', ');
		}
		case 'freshness':
			return [m.reports_check_fresh(), one.column, one.max_age, end].join(', ');
		case 'nulls': {
			const most = `${Math.round(one.max_share * 100)} %`;
			return [m.reports_check_nulls(), one.column, most, end].join(', ');
		}
	}
}

/** Every member that says something. */
const members = (record: object): string =>
	Object.entries(record)
		.filter(([, value]) => value !== null && String(value) !== '')
		.map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : String(value)}`)
		.join('; ');
