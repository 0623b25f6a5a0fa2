import {
	draggable,
	dropTargetForElements
} from '@atlaskit/pragmatic-drag-and-drop/element/adapter';

interface Place {
	/** Of which list it is: only what is of the same one can be dropped here. */
	list: string;
	index: number;
	onmove: (from: number, to: number) => void;
	onover: (isOver: boolean) => void;
}

/** `{@attach reorderable({…})}`: the pointer can take it to another place of its list. */
export const reorderable =
	({ list, index, onmove, onover }: Place) =>
	(element: HTMLElement): (() => void) => {
		const ends = [
			draggable({ element, getInitialData: () => ({ list, index }) }),
			dropTargetForElements({
				element,
				canDrop: ({ source }) => source.data.list === list,
				onDragEnter: () => onover(true),
				onDragLeave: () => onover(false),
				onDrop: ({ source }) => {
					onover(false);
					if (typeof source.data.index === 'number') onmove(source.data.index, index);
				}
			})
		];
		return () => ends.forEach((end) => end());
	};

/** The list with one of its items at another place. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
	const next = [...items];
	const [item] = next.splice(from, 1);
	if (item !== undefined) next.splice(to, 0, item);
	return next;
}
