import { newKey } from '#lib/kit/ids.ts';
import { Problem, problemFrom, unreachable } from './problem.ts';
import { renewLogin } from './transport.ts';

export interface Upload<T> {
	/** The stored thing, or a Problem. */
	done: Promise<T>;
	cancel: () => void;
}

interface How {
	method?: 'POST' | 'PUT';
	/** The key of this intent; give the same one to try again. */
	key?: string;
	/** Refuse with 412 unless this is still the version. */
	version?: number;
	/** Bytes on their way so far, of all. */
	onprogress?: (sent: number, total: number) => void;
}

/** Sends one file as multipart `file`, with progress, which `fetch` does not know. The login is renewed once on 401. */
export function upload<T>(
	path: string,
	file: File,
	{ method = 'POST', key = newKey(), version, onprogress }: How = {}
): Upload<T> {
	let request: XMLHttpRequest | null = null;
	let isCancelled = false;

	function attempt(): Promise<T> {
		return new Promise((resolve, reject) => {
			const form = new FormData();
			form.append('file', file, file.name);
			request = new XMLHttpRequest();
			const xhr = request;
			xhr.open(method, path);
			if (method === 'POST') xhr.setRequestHeader('Idempotency-Key', key);
			if (version !== undefined) xhr.setRequestHeader('If-Match', `"${version}"`);
			xhr.upload.onprogress = (event) => onprogress?.(Math.min(event.loaded, file.size), file.size);
			xhr.onerror = () => reject(unreachable());
			xhr.onabort = () => reject(new DOMException('Cancelled', 'AbortError'));
			xhr.onload = () => {
				if (xhr.status < 300) resolve(JSON.parse(xhr.responseText) as T);
				else reject(problemFrom(xhr.status, headersOf(xhr), xhr.responseText));
			};
			xhr.send(form);
		});
	}

	async function run(): Promise<T> {
		try {
			return await attempt();
		} catch (thrown) {
			const isOver = !(thrown instanceof Problem) || thrown.status !== 401 || isCancelled;
			if (isOver || !(await renewLogin())) throw thrown;
			return attempt();
		}
	}

	return {
		done: run(),
		cancel: () => {
			isCancelled = true;
			request?.abort();
		}
	};
}

function headersOf(xhr: XMLHttpRequest): Headers {
	const headers = new Headers();
	for (const name of ['X-Request-ID', 'Retry-After']) {
		const value = xhr.getResponseHeader(name);
		if (value !== null) headers.set(name, value);
	}
	return headers;
}
