import { knownZone } from '../zone.ts';

/** What a line such as `every weekday 08:00 Europe/Berlin` asks for: plain words or five fields, and a zone if it names one. */
export interface Asked {
	cron: string | null;
	when: string | null;
	tz: string | null;
}

const FIELD = /^[\d*/,\-?#a-z]+$/i;
const STARTS = /^[\d*]/;
const ZONE = /^(?:UTC|[A-Za-z_+-]+(?:\/[A-Za-z0-9_+-]+)+)$/;

/** Reads the line; both null when it says nothing: then it runs only by hand. */
export function readWhen(text: string): Asked {
	const words = text.trim().split(/\s+/).filter(Boolean);
	const last = words.at(-1) ?? '';
	const tz = ZONE.test(last) ? knownZone(last) && last : null;
	const rest = tz === null ? words : words.slice(0, -1);
	if (rest.length === 0) return { cron: null, when: null, tz };
	const isCron =
		rest.length === 5 && rest.every((word) => FIELD.test(word)) && STARTS.test(rest[0] ?? '');
	const said = rest.join(' ');
	return isCron ? { cron: said, when: null, tz } : { cron: null, when: said, tz };
}

/** The line for a schedule as the server has it. */
export const whenLine = (when: string, tz: string): string => `${when} ${tz}`;
