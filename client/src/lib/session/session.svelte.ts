import { api } from '#lib/api/client.ts';
import { Problem } from '#lib/api/problem.ts';
import { noteLogin, whenSignedOut } from '#lib/api/transport.ts';
import type { Me, MyProject, Role } from '#lib/api/types.ts';
import { ROLES } from '#lib/api/types.ts';

const CHANNEL = 'trackly-session';

/** Who is signed in here. */
class Session {
	me = $state.raw<Me | null>(null);
	/** The position in the event log that `me` was read at. */
	cursor: string | null = null;
	/** What to do when the login is over; the shell sets it. */
	onover: () => void = () => undefined;
	#channel: BroadcastChannel | null = null;

	constructor() {
		whenSignedOut(() => this.end());
		if (typeof BroadcastChannel === 'undefined') return;
		this.#channel = new BroadcastChannel(CHANNEL);
		// Another tab signed in or out: this one starts over with what is true now.
		this.#channel.onmessage = () => location.reload();
	}

	/** The reader; only inside the signed-in part of the app. */
	get user(): Me {
		if (!this.me) throw new Error('Nobody is signed in');
		return this.me;
	}

	get isAdmin(): boolean {
		return this.me?.role === 'ADMIN';
	}

	/** The reader's role in a project; null = none. */
	roleIn(project: string): Role | null {
		return this.#project(project)?.role ?? (this.isAdmin ? 'ADMIN' : null);
	}

	/** At least this role in the project. */
	isAtLeast(role: Role, project: string): boolean {
		const mine = this.roleIn(project);
		return mine !== null && ROLES.indexOf(mine) >= ROLES.indexOf(role);
	}

	/** Reads who is signed in; null = nobody. Other troubles throw a Problem. */
	async load(): Promise<Me | null> {
		try {
			const { data, cursor } = await api.get<Me>('/api/auth/me');
			this.me = data;
			this.cursor = cursor;
			return data;
		} catch (thrown) {
			if (thrown instanceof Problem && thrown.status === 401) return null;
			throw thrown;
		}
	}

	/** Reads it again, because a role, a name or a membership changed. */
	async reload(): Promise<void> {
		const { data } = await api.get<Me>('/api/auth/me');
		this.me = data;
	}

	/** Signs in. Throws a Problem: 401 wrong, 429 too often. */
	async signIn(email: string, password: string): Promise<void> {
		const { data } = await api.post<unknown>('/api/auth/login', { email, password });
		noteLogin(data);
		this.#channel?.postMessage('changed');
	}

	async signOut(): Promise<void> {
		await api.post('/api/auth/logout').catch(() => undefined);
		this.#channel?.postMessage('changed');
		this.end();
	}

	async update(change: { name?: string; preferences?: Record<string, unknown> }): Promise<void> {
		await api.patch('/api/users/me', change);
		await this.reload();
	}

	#project(key: string): MyProject | undefined {
		return this.me?.projects.find((project) => project.key === key);
	}

	/** The login is over, whoever ended it. */
	end(): void {
		if (!this.me) return;
		this.me = null;
		this.onover();
	}
}

export const session = new Session();
