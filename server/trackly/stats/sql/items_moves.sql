-- The changes behind a count, newest first.
WITH /* zones */,
/* visible */,
/* picked_in_range */,
/* steps */,
hits AS (
    SELECT t.*, z.project_key FROM steps t JOIN zones z USING (project_id)
    WHERE (t.at AT TIME ZONE z.zone)::date BETWEEN CAST(:from_day AS date) AND CAST(:to_day AS date)
      AND CASE CAST(:figure AS text)
          WHEN 'created' THEN s0 IS NULL AND s1 IS NOT NULL
          WHEN 'triaged' THEN s1 = 'TRIAGED' AND s0 IS DISTINCT FROM 'TRIAGED'
          WHEN 'started' THEN s1 = 'IN_PROGRESS' AND s0 IS DISTINCT FROM 'IN_PROGRESS'
          WHEN 'done' THEN s1 = 'DONE' AND s0 IS DISTINCT FROM 'DONE'
          WHEN 'reopened' THEN s0 = 'DONE' AND s1 <> 'DONE' END
),
page AS (
    SELECT * FROM hits
    WHERE CAST(:at AS timestamptz) IS NULL OR (at, id) < (CAST(:at AS timestamptz), CAST(:id AS bigint))
    ORDER BY at DESC, id DESC LIMIT :limit
)
SELECT n.total, n.issues, h.issue_key AS key, h.project_key, h.at, h.id AS position, h.id AS change_id,
       h.s0 AS status_before, h.s1 AS status_after, h.actor_id, actor.name AS actor_name,
       /* issue_columns */
FROM (SELECT count(*) AS total, count(DISTINCT issue_id) AS issues FROM hits) n
LEFT JOIN page h ON true
LEFT JOIN issue i ON i.id = h.issue_id
LEFT JOIN user_account actor ON actor.id = h.actor_id
LEFT JOIN user_account assignee ON assignee.id = i.assignee_id
ORDER BY h.at DESC, h.id DESC
