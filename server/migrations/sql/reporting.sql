-- What SQL reports may read: the schema `reporting`. Its views show what the run token of the connection allows, and
-- without one nothing. Whose they are and who may read them is settled at the start of a server, where roles can be made.

CREATE SCHEMA reporting;
REVOKE ALL ON SCHEMA reporting FROM PUBLIC;
COMMENT ON SCHEMA reporting IS 'What SQL reports read: only rows that the reader of the report may see';

-- The rights of this connection, all null without a run token that was bound to it. `whole`: projects of which every
-- issue is visible; `partly`: those where only issues that `person` reported or watches are; `known`: both.
-- Read once for a statement: the views ask for it in scalar subqueries, never for each row.
CREATE FUNCTION reporting.rights(
    OUT whole bigint[], OUT partly bigint[], OUT known bigint[], OUT person bigint, OUT everybody boolean
) LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT r.whole, r.partly, r.whole || r.partly, r.user_id, r.everybody
    FROM sandbox_run r
    WHERE r.token_hash = sha256(convert_to(current_setting('reporting.run_token', true), 'UTF8'))
      AND r.backend_pid = pg_backend_pid()
      AND r.backend_start = (SELECT a.backend_start FROM pg_stat_get_activity(pg_backend_pid()) a)
      AND r.expires_at > clock_timestamp();
END;

-- Binds a run token to this connection, once and for all.
CREATE FUNCTION reporting.attach(token text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE sandbox_run
    SET backend_pid = pg_backend_pid(),
        backend_start = (SELECT a.backend_start FROM pg_stat_get_activity(pg_backend_pid()) a),
        attached_at = clock_timestamp()
    WHERE token_hash = sha256(convert_to(token, 'UTF8')) AND backend_pid IS NULL AND expires_at > clock_timestamp();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'this run token is not good' USING ERRCODE = 'invalid_authorization_specification';
    END IF;
    PERFORM set_config('reporting.run_token', token, false);
END $$;

-- Forgets a run, and ends the connection that its token was bound to; returns whether there was one.
CREATE FUNCTION reporting.end_run(hash bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    bound record;
BEGIN
    DELETE FROM sandbox_run WHERE token_hash = hash RETURNING backend_pid, backend_start INTO bound;
    RETURN coalesce((SELECT pg_terminate_backend(a.pid) FROM pg_stat_get_activity(bound.backend_pid) a
                     WHERE bound.backend_pid IS NOT NULL AND a.backend_start = bound.backend_start), false);
END $$;

-- The place in the log of the newest event about issues, projects or people: what runs of reports add does not count.
CREATE FUNCTION reporting.as_of() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT (SELECT coalesce(max(e.epoch), 0) FROM stream_epoch e WHERE e.stream = 0) || '.' || coalesce(
        (SELECT l.seq FROM event_log l
         WHERE l.stream = 0 AND split_part(l.type, '.', 1) IN ('issue', 'watcher', 'comment', 'attachment', 'project',
                                                               'label', 'workflow', 'member', 'user')
         ORDER BY l.seq DESC LIMIT 1), 0);
END;

-- generate_series with an end: the gate puts these in its place.
CREATE FUNCTION reporting.ensure_short(steps double precision) RETURNS void LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF steps > 100000 THEN
        RAISE EXCEPTION 'generate_series may give 100,000 rows at most' USING ERRCODE = 'program_limit_exceeded';
    END IF;
END $$;

CREATE FUNCTION reporting.generate_series(first integer, last integer, step integer DEFAULT 1)
RETURNS SETOF integer LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM reporting.ensure_short((last::float8 - first::float8) / nullif(step, 0));
    RETURN QUERY SELECT pg_catalog.generate_series(first, last, step);
END $$;

CREATE FUNCTION reporting.generate_series(first timestamptz, last timestamptz, step interval)
RETURNS SETOF timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    PERFORM reporting.ensure_short(extract(epoch FROM last - first) / nullif(extract(epoch FROM step), 0));
    RETURN QUERY SELECT pg_catalog.generate_series(first, last, step);
END $$;

CREATE FUNCTION reporting.generate_series(first timestamp, last timestamp, step interval)
RETURNS SETOF timestamp LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM reporting.ensure_short(extract(epoch FROM last - first) / nullif(extract(epoch FROM step), 0));
    RETURN QUERY SELECT pg_catalog.generate_series(first, last, step);
END $$;

-- Issues that a reader without a role among the staff sees: reported or watched. For the other views only.
CREATE VIEW reporting.own_issue WITH (security_barrier) AS
SELECT i.id FROM issue i
WHERE i.project_id = ANY ((SELECT r.partly FROM reporting.rights() r)::bigint[])
  AND (i.reporter_id = (SELECT r.person FROM reporting.rights() r)
       OR i.id IN (SELECT w.issue_id FROM watcher w WHERE w.user_id = (SELECT r.person FROM reporting.rights() r)));

CREATE VIEW reporting.issues WITH (security_barrier) AS
SELECT i.id, i.key, i.project_id, p.key AS project, i.title, i.description, i.status, i.resolution, i.severity,
       i.priority, i.severity_rank, i.priority_rank, i.reporter_id, reporter.name AS reporter, i.assignee_id,
       assignee.name AS assignee,
       ARRAY(SELECT l.name FROM issue_label l WHERE l.issue_id = i.id ORDER BY l.name) AS labels,
       i.due_on,
       i.status <> 'DONE' AND i.due_on IS NOT NULL AND i.due_on < (now() AT TIME ZONE p.timezone)::date AS overdue,
       i.created_at, i.updated_at, i.status_since, i.done_at, i.comments_count, i.attachments_count, i.watchers_count
FROM issue i
LEFT JOIN project p ON p.id = i.project_id
LEFT JOIN user_account reporter ON reporter.id = i.reporter_id
LEFT JOIN user_account assignee ON assignee.id = i.assignee_id
WHERE i.project_id = ANY ((SELECT r.whole FROM reporting.rights() r)::bigint[])
   OR i.id IN (SELECT o.id FROM reporting.own_issue o);

CREATE VIEW reporting.issue_labels WITH (security_barrier) AS
SELECT l.issue_id, i.key AS issue, i.project_id, p.key AS project, l.name AS label
FROM issue_label l
JOIN issue i ON i.id = l.issue_id
LEFT JOIN project p ON p.id = i.project_id
WHERE i.project_id = ANY ((SELECT r.whole FROM reporting.rights() r)::bigint[])
   OR i.id IN (SELECT o.id FROM reporting.own_issue o);

CREATE VIEW reporting.comments WITH (security_barrier) AS
SELECT c.id, c.issue_id, i.key AS issue, i.project_id, p.key AS project, c.kind, c.body, c.author_id,
       author.name AS author, c.created_at, c.updated_at
FROM comment c
JOIN issue i ON i.id = c.issue_id
LEFT JOIN project p ON p.id = i.project_id
LEFT JOIN user_account author ON author.id = c.author_id
WHERE i.project_id = ANY ((SELECT r.whole FROM reporting.rights() r)::bigint[])
   OR i.id IN (SELECT o.id FROM reporting.own_issue o);

CREATE VIEW reporting.attachments WITH (security_barrier) AS
SELECT a.id, a.issue_id, i.key AS issue, i.project_id, p.key AS project, a.name, a.content_type, a.bytes,
       a.uploader_id, uploader.name AS uploader, a.created_at
FROM attachment a
JOIN issue i ON i.id = a.issue_id
LEFT JOIN project p ON p.id = i.project_id
LEFT JOIN user_account uploader ON uploader.id = a.uploader_id
WHERE i.project_id = ANY ((SELECT r.whole FROM reporting.rights() r)::bigint[])
   OR i.id IN (SELECT o.id FROM reporting.own_issue o);

CREATE VIEW reporting.changes WITH (security_barrier) AS
SELECT c.id, c.issue_id, c.issue_key AS issue, c.project_id, p.key AS project, c.at, c.type, c.actor_id,
       actor.name AS actor, c.changed, c.status_before, c.status_after, c.severity_before, c.severity_after
FROM issue_change c
LEFT JOIN project p ON p.id = c.project_id
LEFT JOIN user_account actor ON actor.id = c.actor_id
WHERE c.project_id = ANY ((SELECT r.whole FROM reporting.rights() r)::bigint[])
   OR c.issue_id IN (SELECT o.id FROM reporting.own_issue o);

CREATE VIEW reporting.transitions WITH (security_barrier) AS
SELECT c.id, c.issue_id, c.issue_key AS issue, c.project_id, p.key AS project, c.at, c.actor_id, actor.name AS actor,
       c.status_before AS from_status, c.status_after AS to_status
FROM issue_change c
LEFT JOIN project p ON p.id = c.project_id
LEFT JOIN user_account actor ON actor.id = c.actor_id
WHERE c.status_after IS NOT NULL
  AND (c.project_id = ANY ((SELECT r.whole FROM reporting.rights() r)::bigint[])
       OR c.issue_id IN (SELECT o.id FROM reporting.own_issue o));

CREATE VIEW reporting.time_in_status WITH (security_barrier) AS
SELECT s.issue_id, s.issue, s.project_id, p.key AS project, s.status, s.entered_at, s.left_at,
       extract(epoch FROM coalesce(s.left_at, now()) - s.entered_at) / 3600 AS hours
FROM (
    SELECT c.issue_id, c.issue_key AS issue, c.project_id, c.status_after AS status, c.at AS entered_at,
           lead(c.at) OVER (PARTITION BY c.issue_id ORDER BY c.at, c.id) AS left_at
    FROM issue_change c
    WHERE (c.status_after IS NOT NULL OR c.type = 'issue.deleted')
      AND (c.project_id = ANY ((SELECT r.whole FROM reporting.rights() r)::bigint[])
           OR c.issue_id IN (SELECT o.id FROM reporting.own_issue o))
) s
LEFT JOIN project p ON p.id = s.project_id
WHERE s.status IS NOT NULL;

CREATE VIEW reporting.daily_stats WITH (security_barrier) AS
SELECT d.project_id, p.key AS project, d.day, d.created, d.triaged, d.started, d.done, d.reopened, d.in_open,
       d.in_triaged, d.in_progress, d.in_done, d.open_low, d.open_medium, d.open_high, d.open_critical
FROM daily_stats d
LEFT JOIN project p ON p.id = d.project_id
WHERE d.project_id = ANY ((SELECT r.whole FROM reporting.rights() r)::bigint[]);

CREATE VIEW reporting.projects WITH (security_barrier) AS
SELECT p.id, p.key, p.name, p.description, p.visibility, p.timezone, p.created_at
FROM project p
WHERE p.id = ANY ((SELECT r.known FROM reporting.rights() r)::bigint[]);

CREATE VIEW reporting.labels WITH (security_barrier) AS
SELECT l.project_id, p.key AS project, l.name, l.color
FROM label l
LEFT JOIN project p ON p.id = l.project_id
WHERE l.project_id = ANY ((SELECT r.known FROM reporting.rights() r)::bigint[]);

CREATE VIEW reporting.people WITH (security_barrier) AS
SELECT u.id, u.name, u.role, u.active
FROM user_account u
WHERE (SELECT r.everybody FROM reporting.rights() r)
   OR u.id = (SELECT r.person FROM reporting.rights() r)
   OR u.id IN (SELECT m.user_id FROM membership m
               WHERE m.project_id = ANY ((SELECT r.known FROM reporting.rights() r)::bigint[]));

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA reporting FROM PUBLIC;
REVOKE ALL ON FUNCTION append_events, extend_event_log, refuse_log_change FROM PUBLIC;

-- What each view and column means, as the editor shows it (trackly/sandbox/catalog.py says the same).
COMMENT ON VIEW reporting.issues IS 'Issues as they are now, one row each';
COMMENT ON COLUMN reporting.issues.id IS 'The number of the issue, for joins';
COMMENT ON COLUMN reporting.issues.key IS 'The key of the issue, such as TRK-12';
COMMENT ON COLUMN reporting.issues.project_id IS 'The number of the project, as projects.id';
COMMENT ON COLUMN reporting.issues.project IS 'The key of the project, such as TRK';
COMMENT ON COLUMN reporting.issues.title IS 'The title';
COMMENT ON COLUMN reporting.issues.description IS 'The description, in Markdown';
COMMENT ON COLUMN reporting.issues.status IS 'OPEN, TRIAGED, IN_PROGRESS or DONE';
COMMENT ON COLUMN reporting.issues.resolution IS 'How it was resolved; null while it is not done';
COMMENT ON COLUMN reporting.issues.severity IS 'LOW, MEDIUM, HIGH or CRITICAL';
COMMENT ON COLUMN reporting.issues.priority IS 'LOW, MEDIUM, HIGH or URGENT';
COMMENT ON COLUMN reporting.issues.severity_rank IS 'The severity as a number, for sorting: 0 is LOW';
COMMENT ON COLUMN reporting.issues.priority_rank IS 'The priority as a number, for sorting: 0 is LOW';
COMMENT ON COLUMN reporting.issues.reporter_id IS 'Who reported it, as people.id';
COMMENT ON COLUMN reporting.issues.reporter IS 'The name of who reported it';
COMMENT ON COLUMN reporting.issues.assignee_id IS 'Whose work it is, as people.id; null when it is nobody''s';
COMMENT ON COLUMN reporting.issues.assignee IS 'The name of whose work it is';
COMMENT ON COLUMN reporting.issues.labels IS 'The names of its labels, sorted: ''bug'' = ANY (labels)';
COMMENT ON COLUMN reporting.issues.due_on IS 'The day by which it should be done';
COMMENT ON COLUMN reporting.issues.overdue IS 'Not done, and due before today in the zone of its project';
COMMENT ON COLUMN reporting.issues.created_at IS 'When it was reported';
COMMENT ON COLUMN reporting.issues.updated_at IS 'When anything about it changed last';
COMMENT ON COLUMN reporting.issues.status_since IS 'Since when it has its status';
COMMENT ON COLUMN reporting.issues.done_at IS 'When it was done; null while it is not';
COMMENT ON COLUMN reporting.issues.comments_count IS 'How many comments it has';
COMMENT ON COLUMN reporting.issues.attachments_count IS 'How many files it has';
COMMENT ON COLUMN reporting.issues.watchers_count IS 'How many people watch it';
COMMENT ON VIEW reporting.issue_labels IS 'Labels of issues, one row for each issue and label';
COMMENT ON COLUMN reporting.issue_labels.issue_id IS 'The number of the issue, as issues.id';
COMMENT ON COLUMN reporting.issue_labels.issue IS 'The key of the issue, such as TRK-12';
COMMENT ON COLUMN reporting.issue_labels.project_id IS 'The number of the project, as projects.id';
COMMENT ON COLUMN reporting.issue_labels.project IS 'The key of the project, such as TRK';
COMMENT ON COLUMN reporting.issue_labels.label IS 'The name of the label';
COMMENT ON VIEW reporting.comments IS 'What was said about issues';
COMMENT ON COLUMN reporting.comments.id IS 'The number of the comment';
COMMENT ON COLUMN reporting.comments.issue_id IS 'The number of the issue, as issues.id';
COMMENT ON COLUMN reporting.comments.issue IS 'The key of the issue, such as TRK-12';
COMMENT ON COLUMN reporting.comments.project_id IS 'The number of the project, as projects.id';
COMMENT ON COLUMN reporting.comments.project IS 'The key of the project, such as TRK';
COMMENT ON COLUMN reporting.comments.kind IS 'comment, progress, analysis or resolution';
COMMENT ON COLUMN reporting.comments.body IS 'The text, in Markdown';
COMMENT ON COLUMN reporting.comments.author_id IS 'Who wrote it, as people.id';
COMMENT ON COLUMN reporting.comments.author IS 'The name of who wrote it';
COMMENT ON COLUMN reporting.comments.created_at IS 'When it was written';
COMMENT ON COLUMN reporting.comments.updated_at IS 'When it was changed last';
COMMENT ON VIEW reporting.attachments IS 'Files on issues, without their contents';
COMMENT ON COLUMN reporting.attachments.id IS 'The id of the file';
COMMENT ON COLUMN reporting.attachments.issue_id IS 'The number of the issue, as issues.id';
COMMENT ON COLUMN reporting.attachments.issue IS 'The key of the issue, such as TRK-12';
COMMENT ON COLUMN reporting.attachments.project_id IS 'The number of the project, as projects.id';
COMMENT ON COLUMN reporting.attachments.project IS 'The key of the project, such as TRK';
COMMENT ON COLUMN reporting.attachments.name IS 'The name of the file';
COMMENT ON COLUMN reporting.attachments.content_type IS 'What it is, such as image/png';
COMMENT ON COLUMN reporting.attachments.bytes IS 'Its size in bytes';
COMMENT ON COLUMN reporting.attachments.uploader_id IS 'Who added it, as people.id';
COMMENT ON COLUMN reporting.attachments.uploader IS 'The name of who added it';
COMMENT ON COLUMN reporting.attachments.created_at IS 'When it was added';
COMMENT ON VIEW reporting.changes IS 'Everything that happened to issues, also to those that were deleted';
COMMENT ON COLUMN reporting.changes.id IS 'The number of the change; a later one is higher';
COMMENT ON COLUMN reporting.changes.issue_id IS 'The number of the issue, as issues.id';
COMMENT ON COLUMN reporting.changes.issue IS 'The key of the issue, such as TRK-12';
COMMENT ON COLUMN reporting.changes.project_id IS 'The number of the project, as projects.id';
COMMENT ON COLUMN reporting.changes.project IS 'The key of the project, such as TRK';
COMMENT ON COLUMN reporting.changes.at IS 'When it happened';
COMMENT ON COLUMN reporting.changes.type IS 'What happened, such as issue.updated or comment.created';
COMMENT ON COLUMN reporting.changes.actor_id IS 'Who did it, as people.id';
COMMENT ON COLUMN reporting.changes.actor IS 'The name of who did it';
COMMENT ON COLUMN reporting.changes.changed IS 'Each field that changed: {field: {old, new}}';
COMMENT ON COLUMN reporting.changes.status_before IS 'The status before, when it changed';
COMMENT ON COLUMN reporting.changes.status_after IS 'The status after, when it changed';
COMMENT ON COLUMN reporting.changes.severity_before IS 'The severity before, when it changed';
COMMENT ON COLUMN reporting.changes.severity_after IS 'The severity after, when it changed';
COMMENT ON VIEW reporting.transitions IS 'Changes of status alone, the first one of each issue among them';
COMMENT ON COLUMN reporting.transitions.id IS 'The number of the change, as changes.id';
COMMENT ON COLUMN reporting.transitions.issue_id IS 'The number of the issue, as issues.id';
COMMENT ON COLUMN reporting.transitions.issue IS 'The key of the issue, such as TRK-12';
COMMENT ON COLUMN reporting.transitions.project_id IS 'The number of the project, as projects.id';
COMMENT ON COLUMN reporting.transitions.project IS 'The key of the project, such as TRK';
COMMENT ON COLUMN reporting.transitions.at IS 'When it happened';
COMMENT ON COLUMN reporting.transitions.actor_id IS 'Who did it, as people.id';
COMMENT ON COLUMN reporting.transitions.actor IS 'The name of who did it';
COMMENT ON COLUMN reporting.transitions.from_status IS 'The status before; null when the issue was created';
COMMENT ON COLUMN reporting.transitions.to_status IS 'OPEN, TRIAGED, IN_PROGRESS or DONE';
COMMENT ON VIEW reporting.time_in_status IS 'How long issues were in each status, one row for each stay';
COMMENT ON COLUMN reporting.time_in_status.issue_id IS 'The number of the issue, as issues.id';
COMMENT ON COLUMN reporting.time_in_status.issue IS 'The key of the issue, such as TRK-12';
COMMENT ON COLUMN reporting.time_in_status.project_id IS 'The number of the project, as projects.id';
COMMENT ON COLUMN reporting.time_in_status.project IS 'The key of the project, such as TRK';
COMMENT ON COLUMN reporting.time_in_status.status IS 'OPEN, TRIAGED, IN_PROGRESS or DONE';
COMMENT ON COLUMN reporting.time_in_status.entered_at IS 'When it came into the status';
COMMENT ON COLUMN reporting.time_in_status.left_at IS 'When it left it; null while it is in it';
COMMENT ON COLUMN reporting.time_in_status.hours IS 'How long the stay was, or is until now, in hours';
COMMENT ON VIEW reporting.daily_stats IS 'Numbers of each project and day, in the zone of the project';
COMMENT ON COLUMN reporting.daily_stats.project_id IS 'The number of the project, as projects.id';
COMMENT ON COLUMN reporting.daily_stats.project IS 'The key of the project, such as TRK';
COMMENT ON COLUMN reporting.daily_stats.day IS 'The day';
COMMENT ON COLUMN reporting.daily_stats.created IS 'Issues that were reported on it';
COMMENT ON COLUMN reporting.daily_stats.triaged IS 'Issues that became TRIAGED on it';
COMMENT ON COLUMN reporting.daily_stats.started IS 'Issues that became IN_PROGRESS on it';
COMMENT ON COLUMN reporting.daily_stats.done IS 'Issues that became DONE on it';
COMMENT ON COLUMN reporting.daily_stats.reopened IS 'Issues that were DONE and no longer are';
COMMENT ON COLUMN reporting.daily_stats.in_open IS 'Issues that were OPEN at its end';
COMMENT ON COLUMN reporting.daily_stats.in_triaged IS 'Issues that were TRIAGED at its end';
COMMENT ON COLUMN reporting.daily_stats.in_progress IS 'Issues that were IN_PROGRESS at its end';
COMMENT ON COLUMN reporting.daily_stats.in_done IS 'Issues that were DONE at its end';
COMMENT ON COLUMN reporting.daily_stats.open_low IS 'Issues of severity LOW that were not done at its end';
COMMENT ON COLUMN reporting.daily_stats.open_medium IS 'Issues of severity MEDIUM that were not done at its end';
COMMENT ON COLUMN reporting.daily_stats.open_high IS 'Issues of severity HIGH that were not done at its end';
COMMENT ON COLUMN reporting.daily_stats.open_critical IS 'Issues of severity CRITICAL that were not done at its end';
COMMENT ON VIEW reporting.projects IS 'Projects';
COMMENT ON COLUMN reporting.projects.id IS 'The number of the project, for joins';
COMMENT ON COLUMN reporting.projects.key IS 'The key, such as TRK';
COMMENT ON COLUMN reporting.projects.name IS 'The name';
COMMENT ON COLUMN reporting.projects.description IS 'The description';
COMMENT ON COLUMN reporting.projects.visibility IS 'open or private';
COMMENT ON COLUMN reporting.projects.timezone IS 'The zone of its days, such as Europe/Helsinki';
COMMENT ON COLUMN reporting.projects.created_at IS 'When it was made';
COMMENT ON VIEW reporting.labels IS 'The labels that a project has';
COMMENT ON COLUMN reporting.labels.project_id IS 'The number of the project, as projects.id';
COMMENT ON COLUMN reporting.labels.project IS 'The key of the project, such as TRK';
COMMENT ON COLUMN reporting.labels.name IS 'The name';
COMMENT ON COLUMN reporting.labels.color IS 'The colour, such as #2563eb';
COMMENT ON VIEW reporting.people IS 'People, also those who left';
COMMENT ON COLUMN reporting.people.id IS 'The number of the person, for joins';
COMMENT ON COLUMN reporting.people.name IS 'The name';
COMMENT ON COLUMN reporting.people.role IS 'ADMIN, MAINTAINER or REPORTER, for all of Trackly';
COMMENT ON COLUMN reporting.people.active IS 'Whether they may log in';
