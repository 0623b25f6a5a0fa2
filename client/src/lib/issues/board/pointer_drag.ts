import {
	draggable,
	dropTargetForElements,
	monitorForElements
} from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { disableNativeDragPreview } from '@atlaskit/pragmatic-drag-and-drop/element/disable-native-drag-preview';
import { preventUnhandled } from '@atlaskit/pragmatic-drag-and-drop/prevent-unhandled';
import { STATUSES, type Status } from '#lib/api/types.ts';
import type { CardHeld, DragsWatched } from './dragging.ts';

/** The pointer can take the card up. */
export const cardGrip =
	({ canLift, onlift }: CardHeld) =>
	(card: HTMLElement): (() => void) =>
		draggable({
			element: card,
			canDrag: canLift,
			onGenerateDragPreview: ({ nativeSetDragImage, location, source }) => {
				// What floats under the pointer is drawn by the board: it is the card, and not a pale picture of it.
				disableNativeDragPreview({ nativeSetDragImage });
				preventUnhandled.start();
				const { left, top, width, height } = source.element.getBoundingClientRect();
				const { clientX, clientY } = location.current.input;
				onlift({ dx: clientX - left, dy: clientY - top, width, height });
			},
			onDrop: () => preventUnhandled.stop()
		});

/** A card can be let go here. */
export const columnTarget =
	(status: Status) =>
	(column: HTMLElement): (() => void) =>
		dropTargetForElements({
			element: column,
			getData: () => ({ status }),
			getIsSticky: () => false,
			canDrop: ({ source }) => source.element.dataset.card !== undefined
		});

/** Follows every drag of a card. */
export function watchDrags({ onmove, onover, onend }: DragsWatched): () => void {
	return monitorForElements({
		onDrag: ({ location }) =>
			onmove(location.current.input.clientX, location.current.input.clientY),
		onDropTargetChange: ({ location }) => onover(statusOf(location.current.dropTargets[0]?.data)),
		onDrop: ({ location }) => onend(location.current.dropTargets.length > 0)
	});
}

const statusOf = (data: Record<string | symbol, unknown> | undefined): Status | null =>
	STATUSES.find((status) => status === data?.status) ?? null;
