import { newKey } from '#lib/kit/ids.ts';

export interface ToastAction {
	label: string;
	run: () => void;
	/** The key that does the same, e.g. `z`. */
	keys?: string;
}

export interface Toast {
	/** refused: rolled back, with the legal step · done: with undo · note: for your information. */
	tone: 'refused' | 'done' | 'note';
	/** What it is about, in ink. */
	subject: string;
	text: string;
	action?: ToastAction;
}

export interface ShownToast extends Toast {
	id: string;
}

const STAY_MS = { refused: 12_000, done: 8_000, note: 6_000 } as const;
const MOST = 3;

class Toasts {
	shown = $state<ShownToast[]>([]);
	#timers = new Map<string, ReturnType<typeof setTimeout>>();

	/** Shows one; returns its id. The oldest gives way to a fourth. */
	show(toast: Toast): string {
		const id = newKey();
		this.shown = [...this.shown, { ...toast, id }].slice(-MOST);
		this.#timers.set(
			id,
			setTimeout(() => this.dismiss(id), STAY_MS[toast.tone])
		);
		return id;
	}

	refused = (subject: string, text: string, action?: ToastAction) =>
		this.show({ tone: 'refused', subject, text, action });

	done = (subject: string, text: string, action?: ToastAction) =>
		this.show({ tone: 'done', subject, text, action });

	note = (subject: string, text: string) => this.show({ tone: 'note', subject, text });

	dismiss(id: string): void {
		clearTimeout(this.#timers.get(id));
		this.#timers.delete(id);
		this.shown = this.shown.filter((toast) => toast.id !== id);
	}

	/** Runs the newest action that has this key; false when there is none. */
	press(keys: string): boolean {
		const toast = this.shown.findLast((shown) => shown.action?.keys === keys);
		if (!toast?.action) return false;
		toast.action.run();
		this.dismiss(toast.id);
		return true;
	}
}

export const toasts = new Toasts();
