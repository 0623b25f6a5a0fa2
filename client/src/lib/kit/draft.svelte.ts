type Values = Record<string, string | number | boolean | null>;

interface Touched {
	value: Values[string];
	/** What the field was when it was first touched. */
	was: Values[string];
}

/**
 * What somebody types over a record that others may change meanwhile. Fields left alone follow the record; fields
 * touched stay as typed, and say so when the record went elsewhere.
 */
export class Draft<T extends Values> {
	#record: () => T;
	#touched = $state.raw<Partial<Record<keyof T, Touched>>>({});

	/** `record` is read each time: hand in something reactive. */
	constructor(record: () => T) {
		this.#record = record;
	}

	get<Key extends keyof T>(field: Key): T[Key] {
		const touched = this.#touched[field];
		return touched ? (touched.value as T[Key]) : this.#record()[field];
	}

	set<Key extends keyof T>(field: Key, value: T[Key]): void {
		const was = this.#touched[field]?.was ?? this.#record()[field] ?? null;
		this.#touched = { ...this.#touched, [field]: { value, was } };
	}

	/** The fields whose value differs from the record's. */
	get patch(): Partial<T> {
		const record = this.#record();
		const changed = Object.entries(this.#touched).filter(
			([field, touched]) => touched && touched.value !== (record[field] ?? null)
		);
		return Object.fromEntries(
			changed.map(([field, touched]) => [field, touched?.value])
		) as Partial<T>;
	}

	get isDirty(): boolean {
		return Object.keys(this.patch).length > 0;
	}

	/** Somebody else gave the field another value since it was touched. */
	clashes(field: keyof T): boolean {
		const touched = this.#touched[field];
		const theirs = this.#record()[field] ?? null;
		return touched !== undefined && theirs !== touched.was && theirs !== touched.value;
	}

	/** Gives up what was typed: in one field, or in all. */
	drop(field?: keyof T): void {
		const { [field as keyof T]: _dropped, ...rest } = this.#touched;
		this.#touched = field === undefined ? {} : (rest as Partial<Record<keyof T, Touched>>);
	}
}
