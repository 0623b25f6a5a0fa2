import { asProblem, type FieldError, type Problem } from '#lib/api/problem.ts';
import { newKey } from '#lib/kit/ids.ts';
import { createReport, getReport, patchReport } from '../commands.ts';
import type { Definition, ReportOut } from '../types.ts';
import { definitionNew, editedOf, sent, type Edited, type Member } from './definition.ts';
import { ReportDraft } from './draft.svelte.ts';

interface Place {
	/** Whose draft it is: what was typed is kept for them on this machine. */
	userId: number;
	/** The zone of a schedule that names none. */
	tz: string;
}

/** One report while it is edited: what was typed over it, what was refused, and the way to save it. */
export class Editing {
	report = $state.raw<ReportOut | null>(null);
	readonly draft: ReportDraft;
	isBusy = $state(false);
	/** Why it was not saved, as far as no field says so. */
	problem = $state.raw<Problem | null>(null);
	#errors = $state.raw<readonly FieldError[]>([]);
	#intent = newKey();
	readonly #tz: string;

	constructor(report: ReportOut | null, { userId, tz }: Place) {
		this.report = report;
		this.#tz = tz;
		const start = definitionNew(tz);
		const record = $derived(this.report ? editedOf(this.report, tz) : start);
		this.draft = new ReportDraft(() => record, `report:${userId}:${report?.id ?? 'new'}`);
	}

	get isNew(): boolean {
		return this.report === null;
	}

	/** What is wrong at a path such as `schedule.when`, or below it; null when nothing is. */
	errorAt(path: string): string | null {
		const found = this.#errors.find(
			({ field }) => field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`)
		);
		return found?.message ?? null;
	}

	/** The members at which something is wrong. */
	get wrong(): readonly Member[] {
		return [...new Set(this.#errors.map(({ field }) => field.split(/[.[]/)[0] as Member))];
	}

	set<Name extends Member>(member: Name, value: Edited[Name]): void {
		this.draft.set(member, value);
		this.#forgive(member);
	}

	patch<Name extends 'schedule' | 'templates' | 'document'>(
		member: Name,
		part: Partial<Edited[Name]>
	): void {
		this.draft.patch(member, part);
		this.#forgive(member);
	}

	/** Everything typed is given up. */
	discard(): void {
		this.draft.drop();
		this.#refuse(null);
	}

	/** The report as it is now, from an answer or after an event. What was typed stays. */
	take(report: ReportOut): void {
		if (!this.report || this.report.version <= report.version) this.report = report;
	}

	/**
	 * Saves what differs; null when it was refused, and then the fields say why. When somebody else was quicker and
	 * touched other members it is saved over theirs; where both touched the same the draft clashes, and nothing is sent.
	 */
	async save(): Promise<ReportOut | null> {
		if (this.isBusy) return null;
		this.isBusy = true;
		this.#refuse(null);
		try {
			const saved = await this.#send();
			if (!saved) return null;
			this.report = saved;
			this.draft.drop();
			this.#intent = newKey();
			return saved;
		} catch (thrown) {
			const problem = asProblem(thrown);
			if (!problem.isPassing) this.#intent = newKey();
			this.#refuse(problem);
			return null;
		} finally {
			this.isBusy = false;
		}
	}

	async #send(): Promise<ReportOut | null> {
		if (!this.report) return createReport(sent(this.draft.whole) as Definition, this.#intent);
		if (this.draft.clashes.length > 0) return null;
		const { id, version } = this.report;
		try {
			return await patchReport(id, sent(this.draft.changes), version);
		} catch (thrown) {
			if (asProblem(thrown).status !== 412) throw thrown;
			this.report = await getReport(id);
			if (this.draft.clashes.length > 0) return null;
			return patchReport(id, sent(this.draft.changes), this.report.version);
		}
	}

	#refuse(problem: Problem | null): void {
		this.#errors = problem?.errors ?? [];
		this.problem = problem;
	}

	#forgive(member: Member): void {
		this.#errors = this.#errors.filter(({ field }) => field.split(/[.[]/)[0] !== member);
		if (this.#errors.length === 0) this.problem = null;
	}

	/** The zone that a schedule without one gets. */
	get tz(): string {
		return this.#tz;
	}
}
