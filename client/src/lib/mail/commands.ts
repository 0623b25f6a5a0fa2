import { api } from '#lib/api/client.ts';
import { asProblem } from '#lib/api/problem.ts';
import { fetchApi } from '#lib/api/transport.ts';
import { lines } from './lines.ts';
import type { MailServer, MailServerIn, Preset, Trial, TrialStep } from './types.ts';

const AT = '/api/email-config';

/** null: none is set up. */
export async function getMailServer(): Promise<MailServer | null> {
	try {
		return (await api.get<MailServer>(AT)).data;
	} catch (thrown) {
		if (asProblem(thrown).code === 'email_config_missing') return null;
		throw thrown;
	}
}

/** What providers need, and what is set up; null = nothing is. */
export async function loadMail(): Promise<{
	presets: readonly Preset[];
	server: MailServer | null;
}> {
	const { data } = await api.get<{ items: Preset[]; configured: boolean }>(`${AT}/presets`);
	return { presets: data.items, server: data.configured ? await getMailServer() : null };
}

/** Sets it up, or with a `version` replaces what has that version. */
export const saveMailServer = async (
	server: MailServerIn,
	version: number | null
): Promise<MailServer> =>
	version === null
		? (await api.post<MailServer>(AT, server)).data
		: (await api.put<MailServer>(AT, server, { version })).data;

export const removeMailServer = () => api.delete(AT);

/** Tests `config`, or with null what is stored; `ontold` hears of each step when it is done. */
export async function tryMailServer(
	config: MailServerIn | null,
	ontold: (step: TrialStep) => void,
	signal: AbortSignal
): Promise<Trial> {
	const answer = await fetchApi(`${AT}/test/steps`, {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify(config ? { config } : {}),
		signal
	});
	let trial: Trial | null = null;
	for await (const line of lines(answer)) {
		const told = JSON.parse(line) as TrialStep | Trial;
		if ('steps' in told) trial = told;
		else ontold(told);
	}
	if (!trial) throw new Error('the answer was cut off');
	return trial;
}
