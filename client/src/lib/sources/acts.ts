import { orNewer, tried } from '#lib/api/tried.ts';
import { m } from '#lib/paraglide/messages.js';
import { toasts } from '#lib/ui/toasts.svelte.ts';
import type { SourceCollection } from './collection.svelte.ts';
import * as commands from './commands.ts';
import type { DatabaseIn, DataSource, SourcePatch } from './types.ts';

/** What the reader does with data sources. What is said of it stands where it was done. */
export class SourceActs {
	#sources: SourceCollection;

	constructor(sources: SourceCollection) {
		this.#sources = sources;
	}

	/** Throws a Problem. */
	async add(database: DatabaseIn, key: string): Promise<DataSource> {
		return this.#took(await commands.createDatabase(database, key));
	}

	/** Throws a Problem; when somebody was quicker, what they did is here then. */
	async patch({ id, version }: DataSource, patch: SourcePatch): Promise<DataSource> {
		const act = async () => this.#took(await commands.patchSource(id, patch, version));
		return orNewer(act, () => this.#sources.reread(id));
	}

	/** False when it was refused, which is said. */
	async remove({ id, name, version }: DataSource): Promise<boolean> {
		const problem = await tried(() => commands.deleteSource(id, version));
		if (problem) {
			toasts.refused(name, problem.message);
			await this.#sources.reread(id);
			return false;
		}
		this.#sources.drop(id);
		toasts.done(name, m.sources_deleted());
		return true;
	}

	#took(source: DataSource): DataSource {
		this.#sources.put(source);
		return source;
	}
}
