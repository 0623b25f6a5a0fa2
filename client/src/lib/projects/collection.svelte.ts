import { SvelteMap } from 'svelte/reactivity';
import { api, type Query } from '#lib/api/client.ts';
import type {
	Label,
	Page,
	Person,
	ProjectLabels,
	ProjectOut,
	Role,
	Status,
	Workflow
} from '#lib/api/types.ts';
import type { Change } from '#lib/stream/dispatch.ts';

export type Assignable = Person & { role: Role };

/** The projects the reader may enter, with their labels, people and workflow once somebody asks. */
export class ProjectCollection {
	#projects = new SvelteMap<string, ProjectOut>();
	#labels = new SvelteMap<string, readonly Label[]>();
	#people = new SvelteMap<string, readonly Assignable[]>();
	#workflows = new SvelteMap<string, Workflow>();

	/** By name. */
	get list(): ProjectOut[] {
		return [...this.#projects.values()].sort((a, b) => a.name.localeCompare(b.name));
	}

	get(key: string): ProjectOut | undefined {
		return this.#projects.get(key);
	}

	async load(): Promise<void> {
		const found: ProjectOut[] = [];
		for (let after: string | null | undefined = ''; after != null;) {
			const query: Query = { limit: 100, after };
			const { data } = await api.get<Page<ProjectOut>>('/api/projects', { query });
			found.push(...data.items);
			after = data.next;
		}
		this.#projects.clear();
		for (const project of found) this.#projects.set(project.key, project);
	}

	/** The labels of a project as far as they are known; `loadLabels` asks for them. */
	labels(key: string): readonly Label[] {
		return this.#labels.get(key) ?? [];
	}

	/** The colour of a label; undefined lets the chip choose one. */
	colorOf(key: string, label: string): string | undefined {
		return this.labels(key).find(({ name }) => name === label)?.color;
	}

	async loadLabels(key: string): Promise<readonly Label[]> {
		const held = this.#labels.get(key);
		if (held) return held;
		const { data } = await api.get<{ items: Label[] }>(`/api/projects/${key}/labels`);
		this.#labels.set(key, data.items);
		return data.items;
	}

	/** Who can be assigned; only maintainers may ask. */
	people(key: string): readonly Assignable[] {
		return this.#people.get(key) ?? [];
	}

	async loadPeople(key: string): Promise<readonly Assignable[]> {
		const held = this.#people.get(key);
		if (held) return held;
		const { data } = await api.get<{ items: Assignable[] }>(`/api/projects/${key}/people`);
		this.#people.set(key, data.items);
		return data.items;
	}

	/** The workflow of a project as far as it is known; `loadWorkflow` asks for it. */
	workflow(key: string): Workflow | undefined {
		return this.#workflows.get(key);
	}

	async loadWorkflow(key: string): Promise<Workflow> {
		const held = this.#workflows.get(key);
		if (held) return held;
		const { data } = await api.get<Workflow>(`/api/projects/${key}/workflow`);
		this.#workflows.set(key, data);
		return data;
	}

	/** Where an issue may go from here, as far as the workflow is known: else anywhere, and the server decides. */
	mayMove(key: string, role: Role, from: Status, to: Status): boolean {
		const workflow = this.#workflows.get(key);
		if (!workflow || from === to) return true;
		return workflow.transitions.some(
			(move) => move.role === role && move.from === from && move.to === to
		);
	}

	/** Asks for the labels of all projects, for their colours. What fails stays grey. */
	async loadAllLabels(): Promise<void> {
		if ([...this.#projects.keys()].every((key) => this.#labels.has(key))) return;
		const found = new Map<string, readonly Label[]>();
		try {
			for (let after: string | null | undefined = ''; after != null;) {
				const query: Query = { limit: 100, after };
				const { data } = await api.get<Page<ProjectLabels>>('/api/labels', { query });
				for (const { project, labels } of data.items) found.set(project, labels);
				after = data.next;
			}
		} catch {
			return;
		}
		for (const key of this.#projects.keys())
			if (!this.#labels.has(key)) this.#labels.set(key, found.get(key) ?? []);
	}

	apply(change: Change): void {
		switch (change.kind) {
			case 'project': {
				const held = this.#projects.get(change.project.key);
				const isOld = held && held.version >= change.project.version;
				if (!isOld) this.#projects.set(change.project.key, { ...held, ...change.project });
				return;
			}
			case 'project-gone':
				this.#projects.delete(change.key);
				return;
			case 'label':
				return this.#label(change.project, change.label);
			case 'workflow':
				this.#workflows.set(change.project, change.workflow);
				return;
			case 'member':
				this.#people.delete(change.project);
				return;
			case 'user':
			case 'user-gone':
				return this.#people.clear();
		}
	}

	clear(): void {
		this.#projects.clear();
		this.#labels.clear();
		this.#people.clear();
		this.#workflows.clear();
	}

	#label(project: string, label: Label): void {
		const held = this.#labels.get(project);
		if (!held || held.some(({ name }) => name === label.name)) return;
		this.#labels.set(project, [...held, label]);
	}
}

export const projects = new ProjectCollection();
