import { untrack } from 'svelte';
import {
	elementScroll,
	observeElementOffset,
	observeElementRect,
	Virtualizer,
	type VirtualItem,
	type VirtualizerOptions
} from '@tanstack/virtual-core';

type Options = Pick<
	VirtualizerOptions<HTMLElement, HTMLElement>,
	'count' | 'getScrollElement' | 'estimateSize'
> &
	Partial<VirtualizerOptions<HTMLElement, HTMLElement>>;

export interface Virtual {
	/** What is to be rendered now. */
	readonly items: VirtualItem[];
	/** The height of all of it. */
	readonly size: number;
	readonly offset: number;
	scrollTo: (index: number, align?: 'auto' | 'start' | 'center') => void;
	toTop: () => void;
	/** `{@attach virtual.measure}` on a row of unknown height that has `data-index`. */
	measure: (row: HTMLElement) => void;
}

/**
 * Renders only the rows in sight. The library's own binding is made of Svelte 4 stores and lags behind its core, so
 * this binds the core to runes. Call it while a component is set up; `options` is read again when it changes.
 */
export function createVirtual(options: () => Options): Virtual {
	let turn = $state(0);
	const complete = () => ({
		observeElementRect,
		observeElementOffset,
		scrollToFn: elementScroll,
		onChange: () => void (turn += 1),
		...options()
	});
	const virtualizer = new Virtualizer<HTMLElement, HTMLElement>(complete());

	$effect.pre(() => {
		virtualizer.setOptions(complete());
		untrack(() => (turn += 1));
	});
	$effect(() => {
		void options();
		virtualizer._willUpdate();
	});
	$effect(() => virtualizer._didMount());

	return {
		get items() {
			void turn;
			return virtualizer.getVirtualItems();
		},
		get size() {
			void turn;
			return virtualizer.getTotalSize();
		},
		get offset() {
			void turn;
			return virtualizer.scrollOffset ?? 0;
		},
		scrollTo: (index, align = 'auto') => virtualizer.scrollToIndex(index, { align }),
		toTop: () => virtualizer.scrollToOffset(0),
		measure: (row) => virtualizer.measureElement(row)
	};
}
