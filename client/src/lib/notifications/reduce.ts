import type { Notice, NoticesRead } from './types.ts';

/** With a new line on top. One that is there already changes nothing: the list was read after it. */
export function withNotice(held: readonly Notice[], notice: Notice): readonly Notice[] {
	if (held.some(({ id }) => id === notice.id)) return held;
	return [notice, ...held].sort((a, b) => b.id - a.id);
}

/** With the lines marked that were read. */
export function withRead(held: readonly Notice[], read: NoticesRead): readonly Notice[] {
	const isMeant = ({ id }: Notice) => (read.ids ? read.ids.includes(id) : id <= read.through);
	return held.map((notice) =>
		notice.read_at === null && isMeant(notice)
			? { ...notice, read_at: read.read_at, version: 2 }
			: notice
	);
}
