const NAME = 'trackly-draft-files';
const STORE = 'files';

/** A file of a draft. Files outlive the page too, and localStorage can't hold them. */
export interface DraftFile {
	/** The key of the upload: sent again it is stored once. */
	id: string;
	file: File;
	/** What stands for it in the text until it is stored; null when it is only attached. */
	marker: string | null;
}

interface Row extends DraftFile {
	userId: number;
}

/** The browser may forbid it: then files last as long as the page. */
async function open(): Promise<IDBDatabase | null> {
	return new Promise((resolve) => {
		try {
			const request = indexedDB.open(NAME, 1);
			request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
			request.onsuccess = () => resolve(request.result);
			request.onerror = () => resolve(null);
		} catch {
			resolve(null);
		}
	});
}

async function run<T>(
	mode: IDBTransactionMode,
	act: (store: IDBObjectStore) => IDBRequest<T>
): Promise<T | null> {
	const database = await open();
	if (!database) return null;
	return new Promise((resolve) => {
		try {
			const transaction = database.transaction(STORE, mode);
			const request = act(transaction.objectStore(STORE));
			transaction.oncomplete = () => resolve(request.result);
			transaction.onerror = () => resolve(null);
			transaction.onabort = () => resolve(null);
		} catch {
			resolve(null);
		}
	}).then((result) => {
		database.close();
		return result as T | null;
	});
}

/** The files of a person's draft, in the order they were added. */
export async function recallFiles(userId: number): Promise<DraftFile[]> {
	const rows = (await run<Row[]>('readonly', (store) => store.getAll())) ?? [];
	return rows
		.filter((row) => row.userId === userId)
		.sort((a, b) => a.file.lastModified - b.file.lastModified)
		.map(({ id, file, marker }) => ({ id, file, marker }));
}

export const rememberFile = (userId: number, kept: DraftFile): Promise<unknown> =>
	run('readwrite', (store) => store.put({ ...kept, userId }));

export const forgetFile = (id: string): Promise<unknown> =>
	run('readwrite', (store) => store.delete(id));
