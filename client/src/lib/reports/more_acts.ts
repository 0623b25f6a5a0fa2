import History from '@lucide/svelte/icons/history';
import Pause from '@lucide/svelte/icons/pause';
import Play from '@lucide/svelte/icons/play';
import Power from '@lucide/svelte/icons/power';
import Trash2 from '@lucide/svelte/icons/trash-2';
import { m } from '#lib/paraglide/messages.js';
import type { MenuItem } from '#lib/ui/Menu.svelte';
import type { ReportSummary } from './types.ts';

interface Acts {
	onversions: () => void;
	onswitchon: () => void;
	onpause: () => void;
	onresume: () => void;
	ondelete: () => void;
}

/** What else can be done with a report, in groups. */
export function moreActs(report: ReportSummary, acts: Acts): MenuItem[][] {
	if (!report.can_edit) return [];
	const clock: MenuItem[] = !report.schedule
		? []
		: report.schedule.paused_at === null
			? [{ label: m.reports_pause(), icon: Pause, run: acts.onpause }]
			: [{ label: m.reports_resume(), icon: Play, run: acts.onresume }];
	const off: MenuItem[] = report.is_active
		? []
		: [{ label: m.reports_turn_on(), icon: Power, run: acts.onswitchon }];
	return [
		[{ label: m.reports_versions(), icon: History, run: acts.onversions }],
		[...clock, ...off],
		[{ label: m.reports_delete(), icon: Trash2, danger: true, run: acts.ondelete }]
	].filter((group) => group.length > 0);
}
