import type { BrowserContext } from '@playwright/test';

/** The people of the demo that can sign in. */
export const DEMO = {
	admin: { email: 'admin@trackly.com', password: 'admin123', name: 'Mara Velling' },
	maintainer: { email: 'maintainer@trackly.com', password: 'maintainer123', name: 'Yuki Halvar' },
	reporter: { email: 'reporter@trackly.com', password: 'reporter123', name: 'Lea Sommerlin' }
} as const;

export interface Login {
	email: string;
	password: string;
}

/** Signs a browser in without its login page. */
export async function signIn(
	context: BrowserContext,
	who: keyof typeof DEMO | Login
): Promise<void> {
	const { email, password } = typeof who === 'string' ? DEMO[who] : who;
	const answer = await context.request.post('/api/auth/login', {
		data: { email, password },
		headers: { 'Sec-Fetch-Site': 'same-origin' }
	});
	if (!answer.ok()) throw new Error(`${email} cannot sign in: ${await answer.text()}`);
}
