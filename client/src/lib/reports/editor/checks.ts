import type { Check } from '../types.ts';

/** A check as it begins: useful as it is. */
export function checkNew(kind: Check['kind'], column: string): Check {
	switch (kind) {
		case 'row_count':
			return { kind, min: 1, max: null, on_fail: 'stop' };
		case 'freshness':
			return { kind, column, max_age: '36h', on_fail: 'stop' };
		case 'nulls':
			return { kind, column, max_share: 0.1, on_fail: 'warn' };
	}
}

/** A bound as it was typed; nothing, or what is no number, is no bound. */
export function bound(text: string): number | null {
	const said = text.trim();
	return said !== '' && Number.isFinite(Number(said)) ? Number(said) : null;
}
