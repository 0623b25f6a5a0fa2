import type { components } from './schema.gen.ts';
import type * as hand from './types.ts';

/**
 * The seam, checked by the compiler: what the server says it answers is what pages expect, and what pages send is
 * what it takes. `npm run api` reads the server's description anew. Nothing of this is in the bundle.
 */
type Schema = components['schemas'];
type Is<Given extends Expected, Expected> = [Given, Expected];

/** Keys that the description writes as plain text are narrower here. */
type Loose<T, Key extends keyof T> = Omit<T, Key>;

export type Answers = [
	Is<Schema['IssueSummary'], hand.IssueSummary>,
	Is<Schema['IssueOut'], hand.IssueOut>,
	Is<Schema['CommentOut'], hand.CommentOut>,
	Is<Schema['AttachmentOut'], hand.AttachmentOut>,
	Is<Schema['UserOut'], hand.UserOut>,
	Is<Schema['MeOut'], hand.Me>,
	Is<Schema['ProjectOut'], hand.ProjectOut>,
	Is<Schema['LabelOut'], hand.Label>,
	Is<Schema['ProjectLabels'], hand.ProjectLabels>,
	Is<Schema['WorkflowOut'], hand.Workflow>,
	Is<Schema['SessionOut'], hand.SessionOut>,
	Is<Schema['ApiTokenOut'], hand.ApiTokenOut>,
	Is<Schema['Providers'], hand.LoginProviders>,
	Is<Required<Schema['Page_IssueSummary_']>, hand.Page<hand.IssueSummary>>,
	Is<Loose<Schema['HistoryItem'], 'changed'>, Loose<hand.HistoryEntry, 'changed'>>
];

export type Requests = [
	Is<hand.IssueDraft, Schema['IssueNew']>,
	Is<hand.IssuePatch, Schema['IssuePatch']>
];
