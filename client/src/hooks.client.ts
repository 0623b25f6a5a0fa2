import type { HandleClientError } from '@sveltejs/kit/hooks';
import { Problem } from '#lib/api/problem.ts';

/** A Problem that a page's `load` threw keeps its status, its words and its request id. */
export const handleError: HandleClientError = ({ error }) =>
	error instanceof Problem
		? { status: error.status || 503, message: error.message, requestId: error.requestId }
		: undefined;
