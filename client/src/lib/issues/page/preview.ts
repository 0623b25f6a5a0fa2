import { api } from '#lib/api/client.ts';
import { Problem } from '#lib/api/problem.ts';
import { m } from '#lib/paraglide/messages.js';

/** How the server will show a text: the same HTML, sanitised by it. Throws a Problem. */
export async function renderMarkdown(text: string): Promise<string> {
	try {
		const { data } = await api.post<{ html: string }>('/api/markdown', { text });
		return data.html;
	} catch (thrown) {
		const isMissing = thrown instanceof Problem && (thrown.status === 404 || thrown.status === 405);
		if (!isMissing) throw thrown;
		throw new Problem({
			status: thrown.status,
			code: thrown.code,
			title: m.issue_no_preview()
		});
	}
}
