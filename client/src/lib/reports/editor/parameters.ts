import { m } from '#lib/paraglide/messages.js';
import type { Parameter, ParameterType, Scalar } from '../types.ts';

export const typeWord: Record<ParameterType, () => string> = {
	date: m.reports_type_date,
	text: m.reports_type_text,
	integer: m.reports_type_integer,
	number: m.reports_type_number,
	boolean: m.reports_type_boolean,
	project: m.reports_type_project,
	label: m.reports_type_label,
	person: m.reports_type_person
};

/** A name that none of them has: `since`, then `p2`, `p3` … */
export function freeName(parameters: readonly Parameter[]): string {
	const taken = new Set(parameters.map(({ name }) => name));
	if (!taken.has('since')) return 'since';
	let n = parameters.length + 1;
	while (taken.has(`p${n}`)) n += 1;
	return `p${n}`;
}

export const defaultText = (value: Scalar): string => (value === null ? '' : String(value));

/** What was typed as a value of the type. What is none is sent as it is, so that the server says what is wrong. */
export function readDefault(text: string, type: ParameterType): Scalar {
	const said = text.trim();
	if (said === '') return null;
	if (type === 'boolean') return said === 'true' ? true : said === 'false' ? false : said;
	const isNumber = type === 'integer' || type === 'number' || type === 'person';
	return isNumber && Number.isFinite(Number(said)) ? Number(said) : text;
}
