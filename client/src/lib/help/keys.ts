import { m } from '#lib/paraglide/messages.js';

export interface KeyGroup {
	title: string;
	/** `then` = one after the other, e.g. g f. */
	keys: readonly { keys: readonly string[]; does: string }[];
}

/** Every key there is, as the help page lists them. */
export const keyGroups = (): KeyGroup[] => [
	{
		title: m.help_keys_anywhere(),
		keys: [
			{ keys: ['mod+k'], does: m.help_key_palette() },
			{ keys: ['c'], does: m.help_key_new() },
			{ keys: ['/'], does: m.help_key_search() },
			{ keys: ['g', 'f'], does: m.help_key_feed() },
			{ keys: ['g', 'i'], does: m.help_key_issues() },
			{ keys: ['g', 'b'], does: m.help_key_board() },
			{ keys: ['g', 'n'], does: m.help_key_insights() },
			{ keys: ['g', 'r'], does: m.help_key_reports() },
			{ keys: ['z'], does: m.help_key_undo() },
			{ keys: ['?'], does: m.help_key_help() }
		]
	},
	{
		title: m.help_keys_lists(),
		keys: [
			{ keys: ['j'], does: m.help_key_next() },
			{ keys: ['k'], does: m.help_key_previous() },
			{ keys: ['enter'], does: m.help_key_open() },
			{ keys: ['x'], does: m.help_key_select() },
			{ keys: ['n'], does: m.help_key_step() },
			{ keys: ['.'], does: m.help_key_newer() }
		]
	},
	{
		title: m.help_keys_issue(),
		keys: [
			{ keys: ['e'], does: m.help_key_edit() },
			{ keys: ['s'], does: m.help_key_status() },
			{ keys: ['a'], does: m.help_key_assign() },
			{ keys: ['l'], does: m.help_key_label() },
			{ keys: ['d'], does: m.help_key_due() },
			{ keys: ['r'], does: m.help_key_comment() },
			{ keys: ['mod+enter'], does: m.help_key_send() },
			{ keys: ['escape'], does: m.help_key_leave() }
		]
	},
	{
		title: m.help_keys_reports(),
		keys: [
			{ keys: ['n'], does: m.help_key_report_new() },
			{ keys: ['r'], does: m.help_key_report_run() },
			{ keys: ['e'], does: m.help_key_edit() },
			{ keys: ['mod+s'], does: m.help_key_save() },
			{ keys: ['escape'], does: m.help_key_leave() }
		]
	}
];

/** The query language by example. */
export const queryExamples = (): { query: string; means: string }[] => [
	{ query: 'scanner freezes', means: m.help_query_words() },
	{ query: '"pick list"', means: m.help_query_phrase() },
	{ query: 'project:TRK', means: m.help_query_project() },
	{ query: 'status:open,triaged', means: m.help_query_status() },
	{ query: '-label:wontfix', means: m.help_query_not() },
	{ query: 'assignee:me', means: m.help_query_me() },
	{ query: 'severity>=high', means: m.help_query_severity() },
	{ query: 'due<2026-12-01', means: m.help_query_due() },
	{ query: 'updated>-7d', means: m.help_query_updated() },
	{ query: 'is:overdue', means: m.help_query_overdue() },
	{ query: '(label:ux OR label:api)', means: m.help_query_or() },
	{ query: 'sort:-updated', means: m.help_query_sort() }
];
