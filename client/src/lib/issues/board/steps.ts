export type Direction = 'up' | 'down' | 'left' | 'right';

/**
 * The card that the keyboard goes to from `from`, through columns of keys: up and down in a column, left and right to
 * the next column that has a card, at the same height. Without a card to start from: the first one.
 */
export function step(
	direction: Direction,
	from: string | null,
	columns: readonly (readonly string[])[]
): string | null {
	const column = columns.findIndex((keys) => from !== null && keys.includes(from));
	const keys = columns[column];
	if (!keys || from === null) return columns.find((held) => held.length > 0)?.[0] ?? null;
	const row = keys.indexOf(from);
	if (direction === 'up' || direction === 'down')
		return keys[row + (direction === 'down' ? 1 : -1)] ?? from;
	const beside =
		direction === 'left' ? columns.slice(0, column).reverse() : columns.slice(column + 1);
	const next = beside.find((held) => held.length > 0);
	return next?.[Math.min(row, next.length - 1)] ?? from;
}
