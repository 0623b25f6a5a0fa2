import { ROLES, type Person, type Role } from '#lib/api/types.ts';
import { m } from '#lib/paraglide/messages.js';
import type { Recipient } from '../types.ts';

type Known = Person & { email?: string };
export interface Offer {
	recipient: Recipient;
	label: string;
	/** Quiet words after it. */
	note: string;
}

interface World {
	people: readonly Known[];
	projects: readonly { key: string; name: string }[];
}

const rolesWord: Record<Role, () => string> = {
	REPORTER: m.reports_reporters,
	MAINTAINER: m.reports_maintainers,
	ADMIN: m.reports_admins
};

/** The same one, whatever else is known of it. */
export const keyOf = (recipient: Recipient): string => {
	switch (recipient.kind) {
		case 'email':
			return `email:${recipient.address.toLowerCase()}`;
		case 'user':
			return `user:${recipient.user_id}`;
		case 'role':
			return `role:${recipient.role}:${recipient.project ?? ''}`;
		case 'webhook':
			return `webhook:${recipient.url}`;
	}
};

/** A recipient in a few words, as its chip has it. */
export function nameOf(recipient: Recipient, { people, projects }: World): string {
	switch (recipient.kind) {
		case 'email':
			return recipient.address;
		case 'user':
			return (
				recipient.name ||
				people.find(({ id }) => id === recipient.user_id)?.name ||
				m.reports_person({ id: recipient.user_id })
			);
		case 'role': {
			const role = rolesWord[recipient.role]();
			if (!recipient.project) return role;
			const project = projects.find(({ key }) => key === recipient.project);
			return m.reports_role_of({ role, project: project?.name ?? recipient.project });
		}
		case 'webhook':
			return m.reports_webhook({ host: hostOf(recipient.url) });
	}
}

/** `wall.example`; what is no address stays as it is. */
export function hostOf(url: string): string {
	try {
		return new URL(url).host;
	} catch {
		return url;
	}
}

const MAIL = /^[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+$/;
const MOST = 8;

/** What a text may mean, best first; those that are there already are left out. */
export function offersFor(text: string, held: readonly Recipient[], world: World): Offer[] {
	const words = text.trim().toLowerCase();
	const has = new Set(held.map(keyOf));
	const offers = [...typed(text.trim()), ...roles(world), ...persons(world)];
	return offers
		.filter(({ recipient }) => !has.has(keyOf(recipient)))
		.filter(
			({ recipient, label, note }) =>
				recipient.kind === 'email' ||
				recipient.kind === 'webhook' ||
				words.split(/\s+/).every((word) => `${label} ${note}`.toLowerCase().includes(word))
		)
		.slice(0, MOST);
}

function typed(text: string): Offer[] {
	if (MAIL.test(text))
		return [
			{ recipient: { kind: 'email', address: text }, label: text, note: m.reports_as_address() }
		];
	if (/^https?:\/\/\S{4,}$/.test(text))
		return [
			{ recipient: { kind: 'webhook', url: text }, label: text, note: m.reports_as_webhook() }
		];
	return [];
}

/** Everybody of a role: here, or in one project. */
function roles({ projects }: World): Offer[] {
	const everywhere = [...ROLES].reverse().map((role) => ({
		recipient: { kind: 'role' as const, role, project: null },
		label: rolesWord[role](),
		note: m.reports_everywhere()
	}));
	const within = projects.flatMap(({ key, name }) =>
		(['MAINTAINER', 'REPORTER'] as const).map((role) => ({
			recipient: { kind: 'role' as const, role, project: key },
			label: m.reports_role_of({ role: rolesWord[role](), project: name }),
			note: key
		}))
	);
	return [...everywhere, ...within];
}

const persons = ({ people }: World): Offer[] =>
	people.map(({ id, name, email }) => ({
		recipient: { kind: 'user', user_id: id, name },
		label: name,
		note: email ?? ''
	}));
