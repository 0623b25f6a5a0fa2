import { asProblem, type Problem } from '#lib/api/problem.ts';
import { getSchema } from './commands.ts';
import type { SourceSchema } from './types.ts';

/** What there is to read in one database. What was shown stays until its server has said it anew. */
export class SchemaView {
	schema = $state.raw<SourceSchema | null>(null);
	problem = $state.raw<Problem | null>(null);
	isAsking = $state(false);
	#asking: AbortController | null = null;

	async ask(id: number): Promise<void> {
		this.#asking?.abort();
		const asking = new AbortController();
		this.#asking = asking;
		this.isAsking = true;
		this.problem = null;
		try {
			const schema = await getSchema(id, asking.signal);
			if (asking.signal.aborted) return;
			this.schema = schema;
		} catch (thrown) {
			if (asking.signal.aborted) return;
			this.schema = null;
			this.problem = asProblem(thrown);
		}
		this.isAsking = false;
	}

	/** Nobody looks any more. */
	stop(): void {
		this.#asking?.abort();
		this.isAsking = false;
	}

	/** It is another now. */
	forget(): void {
		this.stop();
		this.schema = null;
		this.problem = null;
	}
}
