export const SECURITIES = ['starttls', 'tls', 'none'] as const;
export type Security = (typeof SECURITIES)[number];

/** How mail leaves, as the server tells it: without the password. */
export interface MailServer {
	preset: string;
	host: string;
	port: number;
	security: Security;
	plain_text_allowed: boolean;
	username: string | null;
	has_password: boolean;
	from_address: string;
	from_name: string;
	reply_to: string | null;
	is_active: boolean;
	tested_at: string | null;
	test_ok: boolean | null;
	version: number;
	updated_at: string;
}

/** What is sent of it. Without `password` the stored one stays. */
export type MailServerIn = Pick<
	MailServer,
	| 'preset'
	| 'host'
	| 'port'
	| 'security'
	| 'plain_text_allowed'
	| 'username'
	| 'from_address'
	| 'from_name'
	| 'reply_to'
	| 'is_active'
> & { password?: string };

export interface Preset {
	name: string;
	title: string;
	host: string;
	port: number;
	security: Security;
	username_hint: string;
	password_hint: string;
	note: string;
	supported: boolean;
	link: string | null;
}

export const STEPS = ['resolve', 'connect', 'tls', 'login', 'envelope', 'accepted'] as const;
export type Step = (typeof STEPS)[number];

export interface TrialStep {
	step: Step;
	ok: boolean;
	/** The server's own words. */
	answer: string;
	code: number | null;
	ms: number;
}

export interface Trial {
	ok: boolean;
	to: string;
	steps: TrialStep[];
}
