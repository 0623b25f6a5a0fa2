import { api } from '#lib/api/client.ts';

/** How the server will show a text: the same HTML, sanitised by it. Throws a Problem. */
export async function renderMarkdown(text: string): Promise<string> {
	const { data } = await api.post<{ html: string }>('/api/markdown', { text });
	return data.html;
}
