import { goto } from '$app/navigation';
import { page } from '$app/state';
import { add, valuesOf, withValues } from './text.ts';

/** Parameters that other pages may link with; here they become part of the query. */
const FIELDS = ['status', 'severity', 'priority', 'assignee', 'reporter', 'label'] as const;

/** What the address asks for: the query language in `?q=`, and the project that the page is about in `?project=`. */
class Filter {
	get q(): string {
		const params = page.url.searchParams;
		const q = params.get('q') ?? '';
		return FIELDS.reduce((text, field) => {
			const value = params.get(field);
			return value ? add(text, `${field}:${value.toLowerCase()}`) : text;
		}, q);
	}

	get project(): string {
		return page.url.searchParams.get('project')?.toUpperCase() ?? '';
	}

	/** The projects that are asked for, by the page or in the query; empty = all. */
	get projects(): string[] {
		if (this.project !== '') return [this.project];
		return valuesOf(this.q, 'project').map((key) => key.toUpperCase());
	}

	/** The address of another view of the same issues. */
	hrefOf(path: string): string {
		const { q, project } = this;
		const params = new URLSearchParams();
		if (project) params.set('project', project);
		if (q) params.set('q', q);
		const text = params.toString();
		return text ? `${path}?${text}` : path;
	}

	/** Asks for something else. While it is typed, the address is replaced and not remembered. */
	ask(q: string, { isTyping = false } = {}): void {
		this.#go(q, this.project, isTyping);
	}

	/** Asks for these projects; the page is then about none of them by itself. */
	askProjects(keys: readonly string[]): void {
		this.#go(withValues(this.q, 'project', keys), '', false);
	}

	#go(q: string, project: string, replace: boolean): void {
		const url = new URL(page.url.href);
		for (const name of [...FIELDS, 'focus']) url.searchParams.delete(name);
		for (const [name, value] of Object.entries({ project, q: q.trim() })) {
			if (value) url.searchParams.set(name, value);
			else url.searchParams.delete(name);
		}
		void goto(url, { replace, reset: false });
	}
}

export const filter = new Filter();
