import type { Person } from '#lib/api/types.ts';
import type { Format, RunStatus, Trigger } from './types.ts';

export interface RunProgress {
	/** What it is at, e.g. `rows`, `pdf`. */
	stage: string;
	/** 0 to 1; null = not known. */
	part: number | null;
}

/** One slot, or one run by hand: a row of the ledger. */
export interface RunSummary {
	id: number;
	report_id: number;
	report_version: number;
	status: RunStatus;
	trigger: Trigger;
	scheduled_for: string | null;
	created_at: string;
	started_at: string | null;
	finished_at: string | null;
	requested_by: Person | null;
	reason: string | null;
	rows: number | null;
	bytes: number | null;
	truncated: boolean;
	as_of: string | null;
	attempt: number;
	sent: number;
	addressed: number;
	next_try_at: string | null;
	error: { code: string; message: string } | null;
	progress: RunProgress | null;
	version: number;
}

export interface RunFile {
	id: string;
	edition_id: number;
	scope_label: string;
	format: Format;
	name: string;
	content_type: string;
	bytes: number;
	sha256: string;
	/** By age or quota; the receipt stays. */
	removed: boolean;
}

export type DeliveryState = 'pending' | 'sending' | 'sent' | 'unknown' | 'failed' | 'suppressed';
export interface DeliveryOut {
	id: number;
	ref: string;
	channel: 'email' | 'inbox' | 'webhook';
	address: string;
	user_id: number | null;
	state: DeliveryState;
	/** Nothing more will be tried. */
	final: boolean;
	attempts: number;
	/** What the other side said. */
	answer: string | null;
	message_id: string | null;
	next_try_at: string | null;
	sent_at: string | null;
	version: number;
}

export interface RunLogLine {
	at: string;
	level: 'info' | 'warning' | 'error';
	text: string;
}

/** One run with all that it made and said. */
export interface RunOut extends RunSummary {
	report: { id: number; name: string };
	parameters: Record<string, unknown>;
	moment: string | null;
	files: RunFile[];
	deliveries: DeliveryOut[];
	log: RunLogLine[];
}
