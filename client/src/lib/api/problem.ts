import { m } from '#lib/paraglide/messages.js';

export interface FieldError {
	field: string;
	message: string;
}

interface ProblemParts {
	status: number;
	code: string;
	title: string;
	detail?: string | null;
	requestId?: string | null;
	errors?: FieldError[];
	members?: Record<string, unknown>;
	retryAfterS?: number | null;
}

/** Why a request did not do what was asked (RFC 9457). `status` 0: no answer came at all. */
export class Problem extends Error {
	readonly status: number;
	readonly code: string;
	readonly title: string;
	readonly detail: string | null;
	readonly requestId: string | null;
	readonly errors: readonly FieldError[];
	/** Members of this kind of problem, e.g. `from`, `to`, `legal` of an illegal transition. */
	readonly members: Readonly<Record<string, unknown>>;
	readonly retryAfterS: number | null;

	constructor(parts: ProblemParts) {
		super(parts.detail || parts.title);
		this.name = 'Problem';
		this.status = parts.status;
		this.code = parts.code;
		this.title = parts.title;
		this.detail = parts.detail ?? null;
		this.requestId = parts.requestId ?? null;
		this.errors = parts.errors ?? [];
		this.members = parts.members ?? {};
		this.retryAfterS = parts.retryAfterS ?? null;
	}

	/** Nobody answered, or who answered is not able to now: the same request may be sent again. */
	get isPassing(): boolean {
		return this.status === 0 || this.status === 503 || this.status === 429;
	}

	/** What is wrong with one field, e.g. `title`; null when nothing is. */
	of(field: string): string | null {
		return this.errors.find((error) => error.field === field)?.message ?? null;
	}

	/** What it says when it says nothing of any of these fields; else null. */
	besides(fields: readonly string[]): string | null {
		return fields.some((field) => this.of(field) !== null) ? null : this.message;
	}
}

export const unreachable = (): Problem =>
	new Problem({ status: 0, code: 'unreachable', title: m.unreachable() });

/** Reads a failed answer. Whatever it holds, the result is a Problem. */
export async function problemOf(answer: Response): Promise<Problem> {
	return problemFrom(answer.status, answer.headers, await answer.text().catch(() => ''));
}

export function problemFrom(status: number, headers: Headers, text: string): Problem {
	const body = parse(text);
	const {
		type: _type,
		status: _status,
		title,
		code,
		detail,
		request_id,
		errors,
		...members
	} = body;
	return new Problem({
		status,
		code: typeof code === 'string' ? code : `http_${status}`,
		title: typeof title === 'string' ? title : m.answer_unreadable(),
		detail: typeof detail === 'string' ? detail : null,
		requestId: typeof request_id === 'string' ? request_id : headers.get('X-Request-ID'),
		errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
		members,
		retryAfterS: Number(headers.get('Retry-After')) || null
	});
}

/** Anything thrown, as a Problem: what a page shows in an ErrorState. */
export function asProblem(thrown: unknown): Problem {
	if (thrown instanceof Problem) return thrown;
	return new Problem({
		status: 0,
		code: 'client_error',
		title: thrown instanceof Error ? thrown.message : String(thrown)
	});
}

function parse(text: string): Record<string, unknown> {
	try {
		const body: unknown = JSON.parse(text);
		return typeof body === 'object' && body !== null && !Array.isArray(body)
			? (body as Record<string, unknown>)
			: {};
	} catch {
		return {};
	}
}

function isFieldError(found: unknown): found is FieldError {
	if (typeof found !== 'object' || found === null) return false;
	const { field, message } = found as Partial<FieldError>;
	return typeof field === 'string' && typeof message === 'string';
}
