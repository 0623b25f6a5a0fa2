import {
	autocompletion,
	closeBrackets,
	completionKeymap,
	type Completion,
	type CompletionContext,
	type CompletionResult
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { PostgreSQL, schemaCompletionSource } from '@codemirror/lang-sql';
import { HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
	drawSelection,
	EditorView,
	highlightActiveLine,
	keymap,
	lineNumbers,
	placeholder,
	tooltips
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { placeOf, tablesNamed, type SqlMistake, type SqlSchema } from './schema.ts';
import { SQL_WORDS } from './words.ts';

/** An editor for one statement; this module is heavy, and loaded when somebody opens one. */
export interface SqlEditor {
	setText: (text: string) => void;
	setMistake: (mistake: SqlMistake | null) => void;
	setSchema: (schema: SqlSchema | null, parameters: readonly string[]) => void;
	insert: (text: string) => void;
	focus: () => void;
	destroy: () => void;
}

interface Props {
	/** Inside a shadow root: there styles are adopted, which the policy allows. */
	root: ShadowRoot;
	text: string;
	label: string;
	hint: string;
	onchange: (text: string) => void;
}

const ink = HighlightStyle.define([
	{ tag: [tags.keyword, tags.operatorKeyword], color: 'var(--accent)' },
	{ tag: [tags.string, tags.special(tags.string)], color: 'var(--ok)' },
	{ tag: [tags.number, tags.bool, tags.null], color: 'var(--warn)' },
	{ tag: [tags.comment, tags.lineComment, tags.blockComment], color: 'var(--fg-3)' },
	{ tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--fg-2)' }
]);

const look = EditorView.theme({
	'&': { height: '100%', color: 'var(--fg)', backgroundColor: 'var(--bg)', fontSize: '12.5px' },
	'&.cm-focused': { outline: 'none' },
	'.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '20px', overflow: 'auto' },
	'.cm-content': { padding: '8px 0', caretColor: 'var(--accent)' },
	'.cm-cursor': { borderLeftColor: 'var(--accent)' },
	'.cm-gutters': {
		backgroundColor: 'var(--bg-sunken)',
		color: 'var(--fg-3)',
		borderRight: '1px solid var(--line)'
	},
	'.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--bg-hover)' },
	'.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
		backgroundColor: 'var(--accent-soft) !important'
	},
	'.cm-placeholder': { color: 'var(--fg-3)' },
	'.cm-tooltip': {
		backgroundColor: 'var(--bg-raised)',
		border: '1px solid var(--line-strong)',
		borderRadius: 'var(--r-2)',
		boxShadow: 'var(--shadow-2)',
		color: 'var(--fg)'
	},
	'.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--font-mono)', fontSize: '12px' },
	'.cm-tooltip-autocomplete > ul > li[aria-selected]': {
		backgroundColor: 'var(--accent-fill)',
		color: 'var(--fg-on)'
	},
	'.cm-completionDetail': { color: 'var(--fg-3)', fontStyle: 'normal' },
	'li[aria-selected] .cm-completionDetail': { color: 'inherit' },
	'.cm-lintRange-error': {
		backgroundImage: 'none',
		textDecoration: 'underline wavy var(--danger) 1px',
		textUnderlineOffset: '3px'
	},
	'.cm-diagnostic-error': { borderLeftColor: 'var(--danger)' },
	'.cm-diagnostic': { fontFamily: 'var(--font-sans)', fontSize: '12px' }
});

type Source = (context: CompletionContext) => CompletionResult | null;
const WORD = /[\w$]*$/;

/** The columns of the views that the statement names, or of all while it names none; and what one writes between. */
const columnsIn =
	(schema: SqlSchema | null, functions: readonly Completion[]): Source =>
	(context) => {
		const word = context.matchBefore(WORD);
		const before = context.state.sliceDoc(Math.max(0, (word?.from ?? 0) - 1), word?.from);
		if (!word || (word.from === word.to && !context.explicit) || /[.:]/.test(before)) return null;
		const named = tablesNamed(schema?.tables ?? [], context.state.doc.toString());
		const columns = named.flatMap(({ name, columns: of }) =>
			of.map((column) => ({
				label: column.name,
				detail: `${name} · ${column.type}`,
				info: column.description || undefined,
				type: 'property',
				boost: 10
			}))
		);
		const once = [...new Map(columns.map((column) => [column.label, column])).values()];
		return { from: word.from, options: [...once, ...functions, ...WORDS] };
	};

const WORDS = SQL_WORDS.map((label) => ({ label, type: 'keyword', boost: -1 }));

const functionsOf = (schema: SqlSchema | null): Completion[] =>
	(schema?.functions ?? []).flatMap(({ group, names }) =>
		names.map((label) => ({ label, detail: group, apply: `${label}(`, type: 'function' }))
	);

/** Views after FROM and columns after a dot come with the language; columns by themselves and parameters here. */
function completing(schema: SqlSchema | null, parameters: readonly string[]): Extension {
	const tables = Object.fromEntries(
		(schema?.tables ?? []).map(({ name, description, columns }) => [
			name,
			{
				self: { label: name, detail: description.slice(0, 40), type: 'class', boost: 5 },
				children: columns.map((column) => ({
					label: column.name,
					detail: column.type,
					info: column.description || undefined,
					type: 'property'
				}))
			}
		])
	);
	const options = parameters.map((name) => ({ label: `:${name}`, type: 'variable' }));
	const named: Source = (context) => {
		const word = context.matchBefore(/:\w*/);
		return word ? { from: word.from, options } : null;
	};
	return [
		PostgreSQL.language,
		[
			schemaCompletionSource({ dialect: PostgreSQL, schema: tables }),
			columnsIn(schema, functionsOf(schema)),
			named
		].map((autocomplete) => PostgreSQL.language.data.of({ autocomplete }))
	];
}

export function openSqlEditor({ root, text, label, hint, onchange }: Props): SqlEditor {
	const language = new Compartment();
	const place = document.createElement('div');
	place.className = 'place';
	root.append(place);
	const view = new EditorView({
		root,
		parent: place,
		state: EditorState.create({
			doc: text,
			extensions: [
				lineNumbers(),
				history(),
				drawSelection(),
				indentOnInput(),
				closeBrackets(),
				highlightActiveLine(),
				placeholder(hint),
				autocompletion({ icons: false }),
				tooltips({ parent: place }),
				syntaxHighlighting(ink),
				language.of(completing(null, [])),
				keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
				EditorView.lineWrapping,
				EditorView.contentAttributes.of({ 'aria-label': label }),
				EditorView.updateListener.of((update) => {
					if (update.docChanged) onchange(update.state.doc.toString());
				}),
				look
			]
		})
	});
	const said = () => view.state.doc.toString();
	return {
		setText: (next) => {
			if (next !== said())
				view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
		},
		setMistake: (mistake) => {
			const [from, to] = mistake ? placeOf(said(), mistake) : [0, 0];
			const found = mistake
				? [{ from, to, severity: 'error' as const, message: mistake.reason }]
				: [];
			view.dispatch(setDiagnostics(view.state, found));
		},
		setSchema: (schema, parameters) =>
			view.dispatch({ effects: language.reconfigure(completing(schema, parameters)) }),
		insert: (added) => {
			view.dispatch(view.state.replaceSelection(added));
			view.focus();
		},
		focus: () => view.focus(),
		destroy: () => {
			view.destroy();
			place.remove();
		}
	};
}
