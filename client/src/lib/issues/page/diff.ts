/** A run of words that both texts have, or only this one. */
export interface Piece {
	text: string;
	isOther: boolean;
}

/** The two texts with what differs marked; each side joined again is the text itself. */
export interface Difference {
	theirs: Piece[];
	mine: Piece[];
}

const MOST_CELLS = 4_000_000;

/** Compares word by word. Texts too long for that are compared from both ends, and the middle differs. */
export function differenceOf(theirs: string, mine: string): Difference {
	const a = tokens(theirs);
	const b = tokens(mine);
	const start = sameStart(a, b);
	const end = sameStart(a.slice(start).reverse(), b.slice(start).reverse());
	const head = { text: a.slice(0, start).join(''), isOther: false };
	const tail = { text: end > 0 ? a.slice(-end).join('') : '', isOther: false };
	const middle = compare(a.slice(start, a.length - end), b.slice(start, b.length - end));
	return {
		theirs: joined([head, ...middle.theirs, tail]),
		mine: joined([head, ...middle.mine, tail])
	};
}

const tokens = (text: string): string[] =>
	text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

function sameStart(a: readonly string[], b: readonly string[]): number {
	let at = 0;
	while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
	return at;
}

function compare(a: readonly string[], b: readonly string[]): Difference {
	if (a.length * b.length > MOST_CELLS)
		return {
			theirs: [{ text: a.join(''), isOther: true }],
			mine: [{ text: b.join(''), isOther: true }]
		};
	const lengths = commonLengths(a, b);
	const width = b.length + 1;
	const theirs: Piece[] = [];
	const mine: Piece[] = [];
	let i = 0;
	let j = 0;
	while (i < a.length || j < b.length) {
		const left = a[i];
		const right = b[j];
		if (left !== undefined && left === right) {
			theirs.push({ text: left, isOther: false });
			mine.push({ text: left, isOther: false });
			i += 1;
			j += 1;
		} else if (
			left !== undefined &&
			(right === undefined ||
				(lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0))
		) {
			theirs.push({ text: left, isOther: true });
			i += 1;
		} else if (right !== undefined) {
			mine.push({ text: right, isOther: true });
			j += 1;
		}
	}
	return { theirs, mine };
}

/** At [i, j] the length of the longest common run of words of a[i…] and b[j…]. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array {
	const width = b.length + 1;
	const lengths = new Uint32Array((a.length + 1) * width);
	for (let i = a.length - 1; i >= 0; i -= 1)
		for (let j = b.length - 1; j >= 0; j -= 1)
			lengths[i * width + j] =
				a[i] === b[j]
					? (lengths[(i + 1) * width + j + 1] ?? 0) + 1
					: Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
	return lengths;
}

/** Neighbours of a kind become one; a space between two that differ differs too, so that marks do not tear. */
function joined(pieces: readonly Piece[]): Piece[] {
	const kept = pieces.filter(({ text }) => text !== '');
	const runs: Piece[] = [];
	kept.forEach((piece, at) => {
		const isBridge =
			/^\s+$/.test(piece.text) && kept[at - 1]?.isOther === true && kept[at + 1]?.isOther === true;
		const isOther = piece.isOther || isBridge;
		const last = runs.at(-1);
		if (last?.isOther === isOther) last.text += piece.text;
		else runs.push({ text: piece.text, isOther });
	});
	return runs;
}
