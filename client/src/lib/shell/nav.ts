import Activity from '@lucide/svelte/icons/activity';
import ChartColumn from '@lucide/svelte/icons/chart-column';
import FolderKanban from '@lucide/svelte/icons/folder-kanban';
import List from '@lucide/svelte/icons/list';
import Users from '@lucide/svelte/icons/users';
import type { LucideProps } from '@lucide/svelte';
import type { Component } from 'svelte';
import { m } from '#lib/paraglide/messages.js';
import BoardGlyph from './BoardGlyph.svelte';

export interface Place {
	href: string;
	label: string;
	icon: Component<LucideProps>;
	/** The keys that lead there. */
	keys: string;
	badge?: 'feed' | 'issues';
}

/** The pages of the sidebar and of the tabs, in their order. */
export const PLACES: readonly Place[] = [
	{ href: '/', label: m.feed(), icon: Activity, keys: 'g f', badge: 'feed' },
	{ href: '/issues', label: m.issues(), icon: List, keys: 'g i', badge: 'issues' },
	{ href: '/board', label: m.board(), icon: BoardGlyph, keys: 'g b' },
	{ href: '/insights', label: m.insights(), icon: ChartColumn, keys: 'g n' }
];

export type AdminPlace = Pick<Place, 'href' | 'label' | 'icon'>;

const PEOPLE: AdminPlace = { href: '/admin/people', label: m.people(), icon: Users };
const PROJECTS: AdminPlace = { href: '/admin/projects', label: m.projects(), icon: FolderKanban };

/** What the reader may administer: admins everything, maintainers of a project what projects let them. */
export function adminPlaces(isAdmin: boolean, maintains: boolean): readonly AdminPlace[] {
	if (isAdmin) return [PEOPLE, PROJECTS];
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
