import { statusWord } from '#lib/issues/words.ts';
import { count } from '#lib/kit/text.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Asked } from './items.ts';
import type { ItemPage } from './types.ts';

/** `1 issue`, `1,204 issues` */
export const issuesText = (n: number): string =>
	n === 1 ? m.insights_one_issue() : m.insights_issues({ n: count(n) });

/** How much is behind a figure: states have issues, moves have events too. */
export function behindText({ figure, issues, total }: ItemPage): string {
	if (figure === 'open' || figure === 'overdue') return issuesText(issues);
	const events = total === 1 ? m.insights_one_event() : m.insights_events({ n: count(total) });
	return `${issuesText(issues)}, ${events}`;
}

/** What exactly is counted. The server's words are about `open`; one status, Done among them, has its own. */
export const definitionOf = ({ status }: Asked, { definition }: ItemPage): string =>
	status ? m.insights_in_status({ status: statusWord(status) }) : definition;
