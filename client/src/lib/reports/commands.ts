import { api } from '#lib/api/client.ts';
import type { Page } from '#lib/api/types.ts';
import type {
	Abilities,
	Dataset,
	Definition,
	Parameter,
	Preview,
	ReadyMade,
	ReportOut,
	ReportSummary,
	RunOut,
	RunSummary,
	Scalar,
	SchedulePreview,
	Source,
	VersionOut,
	VersionSummary,
	WordsPreview,
	WordsTrial
} from './types.ts';

const LIST = 100;
/** A month of slots at a time. */
const SLOTS = 30;

/** Reports that the reader may see. */
export async function listReports(after: string | null): Promise<Page<ReportSummary>> {
	return (await api.get<Page<ReportSummary>>('/api/reports', { query: { limit: LIST, after } }))
		.data;
}

export async function getReport(id: number): Promise<ReportOut> {
	return (await api.get<ReportOut>(`/api/reports/${id}`)).data;
}

/** Makes a report. With the same `key` it happens once, however often it is sent. */
export async function createReport(definition: Definition, key: string): Promise<ReportOut> {
	return (await api.post<ReportOut>('/api/reports', definition, { key })).data;
}

/** Changes only what is sent; 412 when somebody else changed the report since `version`. */
export async function patchReport(
	id: number,
	patch: Partial<Definition>,
	version: number
): Promise<ReportOut> {
	return (await api.patch<ReportOut>(`/api/reports/${id}`, patch, { version })).data;
}

export const deleteReport = (id: number, version: number) =>
	api.delete(`/api/reports/${id}`, { version });

/** The slots and runs of a report, newest first. */
export async function listRuns(id: number, after: string | null): Promise<Page<RunSummary>> {
	const query = { limit: SLOTS, after };
	return (await api.get<Page<RunSummary>>(`/api/reports/${id}/runs`, { query })).data;
}

export async function listVersions(id: number): Promise<VersionSummary[]> {
	const query = { limit: LIST };
	return (await api.get<Page<VersionSummary>>(`/api/reports/${id}/versions`, { query })).data.items;
}

export async function getVersion(id: number, version: number): Promise<VersionOut> {
	return (await api.get<VersionOut>(`/api/reports/${id}/versions/${version}`)).data;
}

export async function listReadyMade(): Promise<ReadyMade[]> {
	return (await api.get<Page<ReadyMade>>('/api/reports/ready-made')).data.items;
}

/** What the reader may do with reports. */
export async function getAbilities(): Promise<Abilities> {
	return (await api.get<Abilities>('/api/reports/abilities')).data;
}

export async function listDatasets(): Promise<Dataset[]> {
	return (await api.get<{ items: Dataset[] }>('/api/datasets')).data.items;
}

/** What is tried: a source, the parameters that there are, and the zone of relative dates. */
export interface Trial {
	source: Source;
	declared: readonly Parameter[];
	parameters: Values;
	tz: string;
}

/** The first hundred rows, with types, time and cost. */
export async function preview(trial: Trial, signal: AbortSignal): Promise<Preview> {
	return (await api.post<Preview>('/api/reports/preview', trial, { signal })).data;
}

/** How a mail with these words would read, and which variables there are. */
export async function previewWords(words: WordsTrial, signal?: AbortSignal): Promise<WordsPreview> {
	const path = '/api/reports/template/preview';
	return (await api.post<WordsPreview>(path, words, signal ? { signal } : {})).data;
}

/** What words or cron mean in a zone, before they are saved. A mistake is a Problem at `when`. */
export async function checkSchedule(
	when: string,
	tz: string,
	signal: AbortSignal
): Promise<SchedulePreview> {
	const query = { when, tz };
	return (await api.get<SchedulePreview>('/api/reports/schedule/preview', { query, signal })).data;
}

export async function getRun(id: number): Promise<RunOut> {
	return (await api.get<RunOut>(`/api/runs/${id}`)).data;
}

/** `run`: makes it and sends it; `test`: to the reader alone. */
export type Start = 'run' | 'test';
export type Values = Record<string, Scalar>;

/** Asks for a run now; it is queued. What is not among `values` is as usual. With the same `key` it is asked for once. */
export async function startRun(
	id: number,
	what: Start,
	values: Values,
	key: string
): Promise<RunSummary> {
	const body = Object.keys(values).length > 0 ? { parameters: values } : {};
	return (await api.post<RunSummary>(`/api/reports/${id}/${what}`, body, { key })).data;
}

export async function cancelRun(id: number): Promise<RunSummary> {
	return (await api.post<RunSummary>(`/api/runs/${id}/cancel`)).data;
}

/** Makes a run after all, or sends to those alone whom it did not reach; it stays the same row of the ledger. */
export async function retryRun(id: number): Promise<RunSummary> {
	return (await api.post<RunSummary>(`/api/runs/${id}/retry`)).data;
}

/** Lets nothing be started by the clock; slots are recorded as skipped. */
export async function pauseSchedule(id: number): Promise<ReportOut> {
	return (await api.post<ReportOut>(`/api/reports/${id}/pause`, {})).data;
}

/** Runs by the clock again, with the failures forgotten. */
export async function resumeSchedule(id: number): Promise<ReportOut> {
	return (await api.post<ReportOut>(`/api/reports/${id}/resume`)).data;
}

/** Makes one of the ready-made reports. */
export async function makeReady(name: string, tz: string, key: string): Promise<ReportOut> {
	const path = `/api/reports/ready-made/${name}`;
	return (await api.post<ReportOut>(path, { tz }, { key })).data;
}

/** Puts a whole definition in the place of the present one, f.e. an earlier version of it. */
export async function putReport(
	id: number,
	definition: Definition,
	version: number
): Promise<ReportOut> {
	return (await api.put<ReportOut>(`/api/reports/${id}`, definition, { version })).data;
}
