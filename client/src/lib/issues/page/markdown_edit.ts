/** A text with what is selected in it. */
export interface Selection {
	text: string;
	from: number;
	to: number;
}

/** `**chosen**`; taken away when it is there already. */
export function wrapped({ text, from, to }: Selection, mark: string): Selection {
	const chosen = text.slice(from, to);
	const isInside =
		text.slice(from - mark.length, from) === mark && text.slice(to, to + mark.length) === mark;
	if (isInside)
		return {
			text: text.slice(0, from - mark.length) + chosen + text.slice(to + mark.length),
			from: from - mark.length,
			to: to - mark.length
		};
	return {
		text: text.slice(0, from) + mark + chosen + mark + text.slice(to),
		from: from + mark.length,
		to: to + mark.length
	};
}

/** One line becomes `code`, several become a block. */
export function coded(selection: Selection): Selection {
	const { text, from, to } = selection;
	const chosen = text.slice(from, to);
	if (!chosen.includes('\n')) return wrapped(selection, '`');
	const before = from === 0 || text[from - 1] === '\n' ? '```\n' : '\n```\n';
	const after = text[to] === '\n' ? '\n```' : '\n```\n';
	return {
		text: text.slice(0, from) + before + chosen + after + text.slice(to),
		from: from + before.length,
		to: to + before.length
	};
}

/** Puts `> ` before each chosen line. */
export function quoted({ text, from, to }: Selection): Selection {
	const start = text.lastIndexOf('\n', from - 1) + 1;
	const lines = text
		.slice(start, to)
		.split('\n')
		.map((line) => `> ${line}`)
		.join('\n');
	return {
		text: text.slice(0, start) + lines + text.slice(to),
		from: from + 2,
		to: start + lines.length
	};
}

/** Puts something where the caret is, on lines of its own when it is `block`. */
export function inserted({ text, from, to }: Selection, piece: string, block = false): Selection {
	const before = block && from > 0 && text[from - 1] !== '\n' ? '\n' : '';
	const after = block && text[to] !== '\n' ? '\n' : '';
	const at = from + before.length + piece.length + after.length;
	return { text: text.slice(0, from) + before + piece + after + text.slice(to), from: at, to: at };
}

/** Replaces a placeholder, wherever it is by now; the text is unchanged when somebody took it out. */
export const replaced = (text: string, placeholder: string, piece: string): string =>
	text.replace(placeholder, () => piece);
