/** Longer than this nobody's keys are kept: the page would seem dead. */
const HOLD_MS = 3000;
type Field = HTMLInputElement | HTMLTextAreaElement;

let held: KeyboardEvent[] = [];
let holders = 0;

/**
 * Something that reads keys is on its way: until the returned function is called they are kept, in their order, and
 * then played on what has the caret. Chords and Tab stay the browser's.
 */
export function holdKeys(): () => void {
	if (holders++ === 0) addEventListener('keydown', keep, true);
	let isOver = false;
	const timer = setTimeout(() => end(() => (held = [])), HOLD_MS);

	function end(then: () => void) {
		if (isOver) return;
		isOver = true;
		clearTimeout(timer);
		if (--holders > 0) return;
		removeEventListener('keydown', keep, true);
		then();
	}
	// What has just been shown takes the caret in the next frame.
	return () => end(() => requestAnimationFrame(() => requestAnimationFrame(play)));
}

function keep(event: KeyboardEvent): void {
	if (event.ctrlKey || event.metaKey || event.altKey || event.key === 'Tab') return;
	event.preventDefault();
	event.stopImmediatePropagation();
	held.push(event);
}

/** Where something else is awaited by now, they are for that. */
function play(): void {
	if (holders > 0) return;
	const keys = held;
	held = [];
	for (const event of keys) press(event);
}

/** What a key does by itself is not done for keys that a program presses: letters and Enter are done here. */
function press({ key, code, shiftKey }: KeyboardEvent): void {
	const at = document.activeElement ?? document.body;
	const again = new KeyboardEvent('keydown', {
		key,
		code,
		shiftKey,
		bubbles: true,
		cancelable: true
	});
	if (!at.dispatchEvent(again)) return;
	if (key.length === 1 && isField(at)) write(at, key);
	else if ((key === 'Enter' || key === ' ') && at instanceof HTMLButtonElement) at.click();
}

const isField = (at: Element): at is Field =>
	at instanceof HTMLTextAreaElement || (at instanceof HTMLInputElement && at.type === 'text');

function write(field: Field, text: string): void {
	const end = field.value.length;
	field.setRangeText(text, field.selectionStart ?? end, field.selectionEnd ?? end, 'end');
	field.dispatchEvent(new InputEvent('input', { bubbles: true, data: text }));
}
