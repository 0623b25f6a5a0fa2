import { asProblem, type Problem } from '#lib/api/problem.ts';
import { createShare, listShares, revokeShare } from './commands.ts';
import type { Share } from './types.ts';

/** The links to one file, while they are looked at. */
export class Sharing {
	fileId = $state.raw<string | null>(null);
	shares = $state.raw<readonly Share[]>([]);
	/** The address of the link that was just made: it is told once. */
	made = $state.raw<string | null>(null);
	problem = $state.raw<Problem | null>(null);
	isBusy = $state(false);
	#runId = 0;

	/** Looks at a file's links; again at the same: no more. */
	open(runId: number, fileId: string): void {
		const isSame = this.fileId === fileId;
		this.close();
		if (isSame) return;
		this.#runId = runId;
		this.fileId = fileId;
		void this.#try(async () => {
			this.shares = await listShares(runId, fileId);
		});
	}

	close(): void {
		this.fileId = null;
		this.shares = [];
		this.made = null;
		this.problem = null;
	}

	/** Makes a link that is good for so many days. */
	share(days: number): Promise<void> {
		const { fileId } = this;
		return this.#try(async () => {
			if (fileId === null) return;
			const share = await createShare(this.#runId, fileId, days);
			this.made = share.url ?? null;
			this.shares = [share, ...this.shares];
		});
	}

	revoke(id: string): Promise<void> {
		return this.#try(async () => {
			await revokeShare(id);
			const at = new Date().toISOString();
			this.shares = this.shares.map((one) => (one.id === id ? { ...one, revoked_at: at } : one));
		});
	}

	async #try(act: () => Promise<void>): Promise<void> {
		this.isBusy = true;
		try {
			await act();
			this.problem = null;
		} catch (thrown) {
			this.problem = asProblem(thrown);
		} finally {
			this.isBusy = false;
		}
	}
}
