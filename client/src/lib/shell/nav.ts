import Activity from '@lucide/svelte/icons/activity';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import FileText from '@lucide/svelte/icons/file-text';
import FolderKanban from '@lucide/svelte/icons/folder-kanban';
import List from '@lucide/svelte/icons/list';
import Mail from '@lucide/svelte/icons/mail';
import Timer from '@lucide/svelte/icons/timer';
import Users from '@lucide/svelte/icons/users';
import type { Glyph } from '#lib/ui/glyph.ts';
import { m } from '#lib/paraglide/messages.js';
import BoardGlyph from './BoardGlyph.svelte';

export interface Place {
	href: string;
	label: string;
	icon: Glyph;
	/** The keys that lead there. */
	keys: string;
	badge?: 'feed' | 'issues';
	/** On a phone it is found under More. */
	isMore?: true;
}

/** The pages of the sidebar and of the tabs, in their order. */
export const PLACES: readonly Place[] = [
	{ href: '/', label: m.feed(), icon: Activity, keys: 'g f', badge: 'feed' },
	{ href: '/issues', label: m.issues(), icon: List, keys: 'g i', badge: 'issues' },
	{ href: '/board', label: m.board(), icon: BoardGlyph, keys: 'g b' },
	{ href: '/insights', label: m.insights(), icon: ChartColumn, keys: 'g n' },
	{ href: '/reports', label: m.reports(), icon: FileText, keys: 'g r', isMore: true }
];

export type AdminPlace = Pick<Place, 'href' | 'label' | 'icon'>;

const PEOPLE: AdminPlace = { href: '/admin/people', label: m.people(), icon: Users };
const PROJECTS: AdminPlace = { href: '/admin/projects', label: m.projects(), icon: FolderKanban };
const MAIL: AdminPlace = { href: '/admin/mail', label: m.mail(), icon: Mail };
const JOBS: AdminPlace = { href: '/admin/jobs', label: m.jobs(), icon: Timer };

/** What the reader may administer: admins everything, maintainers of a project what projects let them. */
export function adminPlaces(isAdmin: boolean, maintains: boolean): readonly AdminPlace[] {
	if (isAdmin) return [PEOPLE, PROJECTS, MAIL, JOBS];
	return maintains ? [PROJECTS] : [];
}

/** As much of the current address as the shell reads. */
export interface Address {
	pathname: string;
	searchParams: { get(name: string): string | null };
}

/** The page that an address belongs to: an issue belongs to Issues. */
export function placeOf(pathname: string): string | null {
	if (pathname === '/') return '/';
	return PLACES.find(({ href }) => href !== '/' && pathname.startsWith(href))?.href ?? null;
}
