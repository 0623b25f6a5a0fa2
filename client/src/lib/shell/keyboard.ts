/**
 * One keyboard for the app. A page registers the keys that it answers to; the newest registration of a key wins, so
 * that a dialog may borrow one. Keys are written `j`, `?`, `mod+k`, `mod+enter`, `escape`, and pairs `g f`.
 */
export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

const PAIR_MS = 1200;
const layers: KeyMap[] = [];
let first: { key: string; at: number } | null = null;

/** Answers to these keys until the returned function is called. Fits `$effect(() => registerKeys({…}))`. */
export function registerKeys(keys: KeyMap): () => void {
	layers.push(keys);
	return () => {
		const at = layers.indexOf(keys);
		if (at >= 0) layers.splice(at, 1);
	};
}

/** A key as it is written in a map. */
export function nameOf(event: KeyboardEvent): string {
	const key = event.key === ' ' ? 'space' : event.key.toLowerCase();
	const parts = [
		event.ctrlKey || event.metaKey ? 'mod' : '',
		event.altKey ? 'alt' : '',
		event.shiftKey && key.length > 1 ? 'shift' : '',
		key
	];
	return parts.filter(Boolean).join('+');
}

const TYPING =
	'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=""], [contenteditable=true]';

/** The caret is in a text: single keys are letters then. */
export function isTyping(target: EventTarget | null): boolean {
	return target instanceof Element && target.closest(TYPING) !== null;
}

/** Inside something that floats, the page behind is out of play. */
const isAway = (target: EventTarget | null): boolean =>
	target instanceof Element &&
	target.closest('[role=dialog], [role=menu], [role=listbox]') !== null;

const HOLD_MS = 2000;
let held = '';
let heldUntil = 0;

/** Something to type in is about to open: what is typed before it has the caret is kept for it. */
export function holdTyping(): void {
	held = '';
	heldUntil = performance.now() + HOLD_MS;
}

/** What was typed since; from now on letters are keys again. */
export function takeTyped(): string {
	const text = held;
	held = '';
	heldUntil = 0;
	return text;
}

/** Keeps a letter for what is about to open. */
function holds(event: KeyboardEvent): boolean {
	const isLetter = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
	if (!isLetter || isTyping(event.target) || performance.now() > heldUntil) return false;
	held += event.key;
	event.preventDefault();
	return true;
}

export function onkeydown(event: KeyboardEvent): void {
	if (event.defaultPrevented || event.isComposing || holds(event)) return;
	const key = nameOf(event);
	const isChord = key.startsWith('mod+');
	if (!isChord && (isTyping(event.target) || isAway(event.target)) && key !== 'escape') return;
	const pair = first && event.timeStamp - first.at < PAIR_MS ? `${first.key} ${key}` : null;
	first = null;
	const act = (pair && find(pair)) || find(key);
	if (act) {
		event.preventDefault();
		act(event);
	} else if (
		layers.some((layer) => Object.keys(layer).some((name) => name.startsWith(`${key} `)))
	) {
		first = { key, at: event.timeStamp };
	}
}

function find(key: string): KeyMap[string] | undefined {
	return layers.findLast((layer) => layer[key] !== undefined)?.[key];
}
