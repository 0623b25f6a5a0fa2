import { Collection } from '#lib/api/collection.svelte.ts';
import type { TracklyEvent } from '#lib/stream/events.ts';
import { getSource, listSources } from './commands.ts';
import type { DataSource } from './types.ts';

/** The data sources that the reader may use, as the list has them. */
export class SourceCollection extends Collection<DataSource> {
	protected readonly page = listSources;
	protected readonly one = getSource;

	/** Somebody did something to a source: what an event does not say is asked for. */
	async take(event: TracklyEvent): Promise<void> {
		if (event.type === 'source.deleted') this.drop(event.source.id);
		else if (event.type === 'source.created' || event.type === 'source.updated')
			await this.#heard(event.source.id, event.version);
	}

	async #heard(id: number, version: number): Promise<void> {
		const known = this.get(id);
		if (this.gone.has(id) || (known && known.version >= version)) return;
		await this.reread(id);
		this.freshen(id);
	}
}
