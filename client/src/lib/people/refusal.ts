import type { Problem } from '#lib/api/problem.ts';

/** The words of a refusal, by the field they belong to; `rest` is what belongs to none. */
export function errorsOf(problem: Problem | null) {
	const name = problem?.of('name') ?? null;
	const email = problem?.of('email') ?? (problem?.code === 'email_taken' ? problem.message : null);
	const password = problem?.of('password') ?? null;
	return {
		name,
		email,
		password,
		rest: email ? null : (problem?.besides(['name', 'password']) ?? null)
	};
}
