import CircleQuestionMark from '@lucide/svelte/icons/circle-question-mark';
import Database from '@lucide/svelte/icons/database';
import FilePlus from '@lucide/svelte/icons/file-plus';
import LogOut from '@lucide/svelte/icons/log-out';
import Moon from '@lucide/svelte/icons/moon';
import Plus from '@lucide/svelte/icons/plus';
import Settings2 from '@lucide/svelte/icons/settings-2';
import Sun from '@lucide/svelte/icons/sun';
import SunMoon from '@lucide/svelte/icons/sun-moon';
import { goto } from '$app/navigation';
import { api } from '#lib/api/client.ts';
import type { IssueSummary, Page } from '#lib/api/types.ts';
import { issues } from '#lib/issues/collection.svelte.ts';
import { m } from '#lib/paraglide/messages.js';
import { projects } from '#lib/projects/collection.svelte.ts';
import { session } from '#lib/session/session.svelte.ts';
import { compose } from './compose.svelte.ts';
import { adminPlaces, PLACES } from './nav.ts';
import type { Jump } from './palette.ts';
import { theme, type Theme } from './theme.svelte.ts';

const FOUND = 8;

/** Everything the palette can do without asking the server. */
export function allJumps(): Jump[] {
	return [...pages(), ...acts(), ...projectJumps(), ...themes()];
}

const to = (href: string) => () => void goto(href);

function pages(): Jump[] {
	const places = PLACES.map(({ href, label, icon, keys }) => ({
		id: href,
		label,
		icon,
		keys,
		run: to(href)
	}));
	const maintains = session.user.projects.some(({ role }) => role !== 'REPORTER');
	const admin = adminPlaces(session.isAdmin, maintains).map(({ href, label, icon }) => ({
		id: href,
		label,
		note: m.admin(),
		icon,
		run: to(href)
	}));
	return [...places, ...admin];
}

function acts(): Jump[] {
	return [
		{ id: 'new', label: m.new_issue(), icon: Plus, keys: 'c', run: () => compose.open() },
		...(session.user.role === 'REPORTER'
			? []
			: [
					{
						id: 'report',
						label: m.reports_new(),
						icon: FilePlus,
						run: to('/reports/new')
					},
					{
						id: '/reports/sources',
						label: m.sources(),
						note: m.reports(),
						also: m.sources_also(),
						icon: Database,
						run: to('/reports/sources')
					}
				]),
		{
			id: '/help',
			label: m.help_and_keys(),
			icon: CircleQuestionMark,
			keys: '?',
			run: to('/help')
		},
		{ id: '/me', label: m.settings(), icon: Settings2, run: to('/me') },
		{ id: 'out', label: m.sign_out(), icon: LogOut, run: () => void session.signOut() }
	];
}

function projectJumps(): Jump[] {
	return projects.list.map(({ key, name }) => ({
		id: `project:${key}`,
		label: name,
		note: key,
		run: to(`/issues?project=${key}`)
	}));
}

function themes(): Jump[] {
	const choose = (value: Theme) => () => void (theme.value = value);
	return [
		{ id: 'theme:light', label: m.theme_light(), note: m.theme(), icon: Sun, run: choose('light') },
		{ id: 'theme:dark', label: m.theme_dark(), note: m.theme(), icon: Moon, run: choose('dark') },
		{
			id: 'theme:system',
			label: m.theme_system(),
			note: m.theme(),
			icon: SunMoon,
			run: choose('system')
		}
	];
}

/** The issues that fit a text best, for the palette. */
export async function findIssues(text: string, signal: AbortSignal): Promise<Jump[]> {
	const query = { q: text, limit: FOUND };
	const { data } = await api.get<Page<IssueSummary>>('/api/issues', { query, signal });
	issues.putAll(data.items);
	return data.items.map(({ key, title }) => ({
		id: key,
		label: title,
		note: key,
		run: to(`/issues/${key}`)
	}));
}
