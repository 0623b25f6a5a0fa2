/** What the address of the reports page says. */
export interface Place {
	/** The report that is open; `new`: one that does not exist yet. */
	id: number | 'new' | null;
	/** The run whose receipt is open. */
	run: number | null;
	/** The part of the editor that is open; null: it is closed. */
	edit: string | null;
}

const number = (text: string | null | undefined): number | null =>
	text && /^[1-9]\d{0,15}$/.test(text) ? Number(text) : null;

export function placeOf(
	id: string | undefined,
	params: { get(name: string): string | null }
): Place {
	return {
		id: id === 'new' ? 'new' : number(id),
		run: number(params.get('run')),
		edit: params.get('edit')
	};
}

/** The address of a place; what is null is left out. */
export function hrefOf({
	id,
	run = null,
	edit = null
}: Partial<Place> & Pick<Place, 'id'>): string {
	const params = new URLSearchParams();
	if (run !== null) params.set('run', String(run));
	if (edit !== null) params.set('edit', edit);
	const query = params.toString();
	return `/reports${id === null ? '' : `/${id}`}${query ? `?${query}` : ''}`;
}
