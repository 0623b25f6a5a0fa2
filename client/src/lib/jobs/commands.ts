import { api } from '#lib/api/client.ts';
import type { Page } from '#lib/api/types.ts';
import type { Job, JobPause, JobRun, Jobs, System } from './types.ts';

const of = (name: string) => `/api/jobs/${encodeURIComponent(name)}`;

export const listJobs = async (signal?: AbortSignal): Promise<Jobs> =>
	(await api.get<Jobs>('/api/jobs', signal ? { signal } : {})).data;

export const getSystem = async (signal?: AbortSignal): Promise<System> =>
	(await api.get<System>('/api/system', signal ? { signal } : {})).data;

export const listRuns = async (name: string, after: string | null): Promise<Page<JobRun>> =>
	(await api.get<Page<JobRun>>(`${of(name)}/runs`, { query: { after, limit: 20 } })).data;

export const runJob = async (name: string): Promise<Job> =>
	(await api.post<Job>(`${of(name)}/run`)).data;

export const pauseJob = async (name: string): Promise<JobPause> =>
	(await api.post<JobPause>(`${of(name)}/pause`)).data;

export const resumeJob = async (name: string): Promise<JobPause> =>
	(await api.post<JobPause>(`${of(name)}/resume`)).data;
