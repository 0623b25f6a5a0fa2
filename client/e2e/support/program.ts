import type { Login } from './people.ts';

/** Somebody's program: the HTTP API with their token. Whatever is refused throws. */
export class Program {
	readonly #base: string;
	readonly #token: string;

	private constructor(base: string, token: string) {
		this.#base = base;
		this.#token = token;
	}

	static async of(base: string, { email, password }: Login): Promise<Program> {
		const form = new URLSearchParams({ grant_type: 'password', username: email, password });
		const answer = await fetch(`${base}/api/auth/token`, { method: 'POST', body: form });
		if (!answer.ok) throw new Error(`${email} gets no token: ${await answer.text()}`);
		const { access_token } = (await answer.json()) as { access_token: string };
		return new Program(base, access_token);
	}

	get = <T>(path: string) => this.#send<T>('GET', path);
	post = <T>(path: string, body: unknown) => this.#send<T>('POST', path, body);
	patch = <T>(path: string, body: unknown) => this.#send<T>('PATCH', path, body);
	put = <T>(path: string, body: unknown = {}) => this.#send<T>('PUT', path, body);
	delete = (path: string) => this.#send<null>('DELETE', path);

	async #send<T>(method: string, path: string, body?: unknown): Promise<T> {
		const headers: Record<string, string> = { Authorization: `Bearer ${this.#token}` };
		if (body !== undefined) headers['Content-Type'] = 'application/json';
		const answer = await fetch(this.#base + path, {
			method,
			headers,
			...(body === undefined ? {} : { body: JSON.stringify(body) })
		});
		const text = await answer.text();
		if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
		return (text === '' ? null : JSON.parse(text)) as T;
	}
}
