-- The issues behind a level, as it was at the end of the day `to_day` (now, when that is today): those that have not
-- moved since as they are, the others as they were after their last move until then.
WITH /* zones */,
/* visible */,
/* known */,
picked AS (
    SELECT DISTINCT c.issue_id FROM issue_change c
    WHERE c.project_id = ANY(CAST(:staff AS bigint[])) AND c.at >= CAST(:to_day AS date)::timestamptz - interval '15 hours'
      AND (c.status_after IS NOT NULL OR c.type = 'issue.deleted')
    UNION SELECT issue_id FROM visible
),
/* steps */,
at_end AS (
    SELECT * FROM (
        SELECT DISTINCT ON (t.issue_id) t.issue_id, t.issue_key, t.project_id, t.at, t.id, t.actor_id, t.s0, t.s1
        FROM steps t JOIN zones z USING (project_id)
        WHERE (t.at AT TIME ZONE z.zone)::date <= CAST(:to_day AS date) AND t.s1 IS DISTINCT FROM t.s0
        ORDER BY t.issue_id, t.at DESC, t.id DESC
    ) moved
    UNION ALL
    SELECT k.id, k.key, k.project_id, k.status_since, NULL, NULL, NULL, k.status
    FROM known k WHERE k.id NOT IN (SELECT issue_id FROM picked)
),
hits AS (
    SELECT t.*, z.project_key FROM at_end t JOIN zones z USING (project_id)
    LEFT JOIN issue i ON i.id = t.issue_id
    LEFT JOIN LATERAL (
        SELECT c.id, (c.changed -> 'due_on' ->> 'old')::date AS due_on FROM issue_change c
        WHERE c.issue_id = t.issue_id AND c.changed ? 'due_on'
          AND (c.at AT TIME ZONE z.zone)::date > CAST(:to_day AS date)
        ORDER BY c.at, c.id LIMIT 1
    ) d ON CAST(:figure AS text) = 'overdue'
    WHERE t.s1 = ANY(CAST(:statuses AS text[]))
      AND (CAST(:figure AS text) <> 'overdue'
           OR CASE WHEN d.id IS NULL THEN i.due_on ELSE d.due_on END < least(CAST(:to_day AS date), z.today))
),
page AS (
    SELECT * FROM hits WHERE CAST(:id AS bigint) IS NULL OR issue_id < CAST(:id AS bigint)
    ORDER BY issue_id DESC LIMIT :limit
)
SELECT n.total, n.total AS issues, h.issue_key AS key, h.project_key, h.at, h.issue_id AS position, h.id AS change_id,
       h.s0 AS status_before, h.s1 AS status_after, h.actor_id, actor.name AS actor_name,
       /* issue_columns */
FROM (SELECT count(*) AS total FROM hits) n
LEFT JOIN page h ON true
LEFT JOIN issue i ON i.id = h.issue_id
LEFT JOIN user_account actor ON actor.id = h.actor_id
LEFT JOIN user_account assignee ON assignee.id = i.assignee_id
ORDER BY h.issue_id DESC
