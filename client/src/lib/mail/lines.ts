/** The lines of an answer, each as soon as it is whole. */
export async function* lines(answer: Response): AsyncGenerator<string> {
	const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
	let rest = '';
	while (reader) {
		const { done, value } = await reader.read();
		const parts = (rest + (value ?? '')).split('\n');
		rest = parts.pop() ?? '';
		yield* parts.filter((part) => part !== '');
		if (done) break;
	}
	if (rest !== '') yield rest;
}
