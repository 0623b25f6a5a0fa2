import type { Status } from '#lib/api/types.ts';
import { whenIdle } from '#lib/kit/idle.ts';
import { singleFlight } from '#lib/kit/single_flight.ts';
import type * as Dragging from './pointer_drag.ts';

export interface Grip {
	/** Where in the card the pointer took it, and how large the card is. */
	dx: number;
	dy: number;
	width: number;
	height: number;
}

export interface CardHeld {
	canLift: () => boolean;
	onlift: (grip: Grip) => void;
}

export interface DragsWatched {
	onmove: (x: number, y: number) => void;
	/** null: over no column. */
	onover: (status: Status | null) => void;
	/** Let go over a column, or not (which is also what Esc does). */
	onend: (isOver: boolean) => void;
}

type Library = typeof Dragging;
let library: Library | null = null;
/** What drags is fetched once the board has been painted: nobody drags a card before they see it. */
const fetchLibrary = singleFlight(async () => {
	await new Promise<void>((resolve) => whenIdle(() => resolve()));
	library = await import('./pointer_drag.ts');
	return library;
});

/** Begins as soon as the library is there, unless it is over by then. */
function begin(act: (library: Library) => () => void): () => void {
	if (library) return act(library);
	let end: (() => void) | null = null;
	let isOver = false;
	// Without it the keys still move cards.
	fetchLibrary().then(
		(found) => isOver || (end = act(found)),
		() => undefined
	);
	return () => {
		isOver = true;
		end?.();
	};
}

/** `{@attach cardGrip({…})}`: the pointer can take the card up. */
export const cardGrip =
	(held: CardHeld) =>
	(card: HTMLElement): (() => void) =>
		begin((drag) => drag.cardGrip(held)(card));

/** `{@attach columnTarget('DONE')}`: a card can be let go here. */
export const columnTarget =
	(status: Status) =>
	(column: HTMLElement): (() => void) =>
		begin((drag) => drag.columnTarget(status)(column));

/** Follows every drag of a card until the returned function is called. */
export const watchDrags = (watched: DragsWatched): (() => void) =>
	begin((drag) => drag.watchDrags(watched));
