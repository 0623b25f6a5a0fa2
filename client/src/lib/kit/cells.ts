import { count } from './text.ts';

export interface Column {
	name: string;
	type: string;
	title: string;
}

const NUMBERS = new Set(['integer', 'decimal', 'float', 'number']);

/** Numbers stand at the right. */
export const isNumeric = ({ type }: Column): boolean => NUMBERS.has(type.toLowerCase());

const two = (n: number) => String(n).padStart(2, '0');

/** A value as a cell has it: times in the reader's zone, numbers with their thousands, nothing as nothing. */
export function cellText(value: unknown, { type }: Column): string {
	if (value === null || value === undefined) return '';
	if (typeof value === 'number') return Number.isInteger(value) ? count(value) : String(value);
	if (typeof value === 'boolean') return value ? 'yes' : 'no';
	if (typeof value === 'object') return JSON.stringify(value);
	const text = String(value);
	if (type.toLowerCase() !== 'timestamp') return text;
	const at = new Date(text);
	if (Number.isNaN(at.getTime())) return text;
	return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
