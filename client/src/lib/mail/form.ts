import type { Problem } from '#lib/api/problem.ts';
import type { MailServer, MailServerIn, Preset, Security } from './types.ts';

/** What the form holds: texts as they are typed. */
export type Fields = {
	preset: string;
	host: string;
	port: string;
	security: Security;
	plain: boolean;
	username: string;
	from_address: string;
	from_name: string;
	reply_to: string;
	is_active: boolean;
};

const NEW: Fields = {
	preset: 'custom',
	host: '',
	port: '587',
	security: 'starttls',
	plain: false,
	username: '',
	from_address: '',
	from_name: 'Trackly',
	reply_to: '',
	is_active: true
};

export function fieldsOf(server: MailServer | null): Fields {
	if (!server) return { ...NEW };
	return {
		preset: server.preset,
		host: server.host,
		port: String(server.port),
		security: server.security,
		plain: server.plain_text_allowed,
		username: server.username ?? '',
		from_address: server.from_address,
		from_name: server.from_name,
		reply_to: server.reply_to ?? '',
		is_active: server.is_active
	};
}

/** What a provider fills in; a host is kept when the provider has none of its own. */
export function filledBy(preset: Preset): Pick<Fields, 'preset' | 'port' | 'security'> & {
	host?: string;
} {
	const { name, host, port, security } = preset;
	return { preset: name, port: String(port), security, ...(host ? { host } : {}) };
}

/** As it is sent. An empty password is none: the stored one stays. */
export function asSent(fields: Fields, password: string): MailServerIn {
	return {
		preset: fields.preset,
		host: fields.host.trim(),
		port: Number(fields.port),
		security: fields.security,
		plain_text_allowed: fields.security === 'none' && fields.plain,
		username: fields.username.trim() || null,
		from_address: fields.from_address.trim(),
		from_name: fields.from_name.trim(),
		reply_to: fields.reply_to.trim() || null,
		is_active: fields.is_active,
		...(password === '' ? {} : { password })
	};
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/i;

/** Mail would leave this machine as plain text. */
export const isPlainElsewhere = (fields: Fields): boolean =>
	fields.security === 'none' && fields.host.trim() !== '' && !LOOPBACK.test(fields.host.trim());

/** A stored password goes only where it was entered for. */
export function needsPassword(server: MailServer | null, fields: Fields): boolean {
	if (!server?.has_password || fields.username.trim() === '') return false;
	const before = fieldsOf(server);
	return (['host', 'port', 'security', 'username'] as const).some(
		(field) => before[field] !== fields[field].trim()
	);
}

export const isPort = (text: string): boolean =>
	/^\d{1,5}$/.test(text.trim()) && Number(text) >= 1 && Number(text) <= 65_535;

/** What is wrong with a field: of a test its place begins with `config.`. */
export const wrongOf = (problem: Problem | null, field: string): string | null =>
	problem?.of(field) ?? problem?.of(`config.${field}`) ?? null;
