import type { Person } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Values } from '../commands.ts';
import { defaultText, readDefault } from '../editor/parameters.ts';
import type { Parameter } from '../types.ts';

/** What is typed for each parameter, by its name. */
export type Typed = Readonly<Record<string, string>>;

export const typedOf = (parameters: readonly Parameter[]): Typed =>
	Object.fromEntries(parameters.map((one) => [one.name, defaultText(one.default)]));

/** What differs from the usual: the rest stays what it is by itself, so that editions can be compared. */
export function givenOf(parameters: readonly Parameter[], typed: Typed): Values {
	const changed = parameters.filter((one) => typed[one.name] !== defaultText(one.default));
	return Object.fromEntries(
		changed.map(({ name, type }) => [name, readDefault(typed[name] ?? '', type)])
	);
}

/** `since`, or as its author calls it. */
export const nameOfParameter = ({ name, label }: Parameter): string => label || name;

interface Option {
	value: string;
	label: string;
}
interface World {
	projects: readonly { key: string; name: string }[];
	people: readonly Person[];
}

/** What can be chosen for a parameter; null: it is typed. What is chosen already is always among it. */
export function optionsFor(parameter: Parameter, typed: string, world: World): Option[] | null {
	const known = knownOptions(parameter, world);
	if (known === null) return null;
	const none = parameter.required ? [] : [{ value: '', label: m.reports_parameter_none() }];
	const isKnown = typed === '' || known.some(({ value }) => value === typed);
	return [...none, ...known, ...(isKnown ? [] : [{ value: typed, label: typed }])];
}

function knownOptions({ type }: Parameter, { projects, people }: World): Option[] | null {
	switch (type) {
		case 'boolean':
			return [
				{ value: 'true', label: m.reports_yes() },
				{ value: 'false', label: m.reports_no() }
			];
		case 'project':
			return projects.map(({ key, name }) => ({ value: key, label: name }));
		case 'person':
			return [
				{ value: 'me', label: m.reports_each_reader() },
				...people.map(({ id, name }) => ({ value: String(id), label: name }))
			];
		default:
			return null;
	}
}

/** The value that a run had, in words. */
export function valueText(
	value: unknown,
	parameter: Parameter | undefined,
	people: readonly Person[]
): string {
	if (value === null || value === undefined) return '–';
	if (typeof value === 'boolean') return value ? m.reports_yes() : m.reports_no();
	if (parameter?.type !== 'person') return String(value);
	if (value === 'me') return m.reports_each_reader();
	return people.find(({ id }) => id === value)?.name ?? m.reports_person({ id: Number(value) });
}
