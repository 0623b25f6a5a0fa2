import { recall, remember } from '#lib/kit/storage.ts';
import { MEMBERS, same, type Edited, type Member } from './definition.ts';

interface Touched {
	value: unknown;
	/** What the member was when it was first touched. */
	was: unknown;
}
type Kept = Partial<Record<Member, Touched>>;

const isKept = (found: unknown): found is Kept =>
	typeof found === 'object' &&
	found !== null &&
	Object.keys(found).every((name) => (MEMBERS as readonly string[]).includes(name));

/**
 * A definition while somebody edits it. Members left alone follow the report; members touched stay as typed, outlive
 * the page, and say so when somebody else gave the report another value meanwhile.
 */
export class ReportDraft {
	readonly #record: () => Edited;
	readonly #place: string | null;
	#touched = $state.raw<Kept>({});

	/** `record` is read each time: hand in something reactive. `place`: where what was typed is kept. */
	constructor(record: () => Edited, place: string | null) {
		this.#record = record;
		this.#place = place;
		if (place !== null) this.#touched = recall(place, isKept) ?? {};
	}

	get<Name extends Member>(member: Name): Edited[Name] {
		const touched = this.#touched[member];
		return touched ? (touched.value as Edited[Name]) : this.#record()[member];
	}

	set<Name extends Member>(member: Name, value: Edited[Name]): void {
		const was = this.#touched[member]?.was ?? this.#record()[member];
		this.#keep({ ...this.#touched, [member]: { value, was } });
	}

	/** Changes some of a member's own members. */
	patch<Name extends 'schedule' | 'templates' | 'document'>(
		member: Name,
		part: Partial<Edited[Name]>
	): void {
		this.set(member, { ...this.get(member), ...part });
	}

	/** All of it, as it would be saved. */
	get whole(): Edited {
		const all = MEMBERS.map((member) => [member, this.get(member)]);
		return Object.fromEntries(all) as unknown as Edited;
	}

	/** The members that differ from the report's. */
	get changes(): Partial<Edited> {
		const record = this.#record();
		const changed = MEMBERS.filter((member) => {
			const touched = this.#touched[member];
			return touched !== undefined && !same(touched.value, record[member]);
		});
		return Object.fromEntries(changed.map((member) => [member, this.get(member)]));
	}

	readonly isDirty = $derived.by(() => Object.keys(this.changes).length > 0);

	/** The members that somebody else gave another value since they were touched. */
	readonly clashes = $derived.by((): readonly Member[] => {
		const record = this.#record();
		return MEMBERS.filter((member) => {
			const touched = this.#touched[member];
			const theirs = record[member];
			return touched && !same(theirs, touched.was) && !same(theirs, touched.value);
		});
	});

	/** Mine over theirs, as both were seen. */
	insist(member: Member): void {
		const touched = this.#touched[member];
		if (touched)
			this.#keep({ ...this.#touched, [member]: { ...touched, was: this.#record()[member] } });
	}

	/** Gives up what was typed: of one member, or of all. */
	drop(member?: Member): void {
		if (member === undefined) return this.#keep({});
		const { [member]: _dropped, ...rest } = this.#touched;
		this.#keep(rest);
	}

	#keep(touched: Kept): void {
		this.#touched = touched;
		if (this.#place === null) return;
		remember(this.#place, Object.keys(touched).length > 0 ? withoutSecrets(touched) : null);
	}
}

/** What is kept on the machine holds no secret: it is typed again. */
function withoutSecrets(touched: Kept): Kept {
	const { recipients } = touched;
	if (!recipients) return touched;
	const value = (recipients.value as Edited['recipients']).map((recipient) => {
		if (recipient.kind !== 'webhook') return recipient;
		const { secret: _secret, ...rest } = recipient;
		return rest;
	});
	return { ...touched, recipients: { ...recipients, value } };
}
