-- The last move to DONE inside the days of each issue that is there, and its first to IN_PROGRESS ever, if before.
WITH /* zones */,
/* visible */,
/* known */,
/* picked_in_range */,
/* steps */,
finished AS (
    SELECT DISTINCT ON (t.issue_id) t.issue_id, t.at AS done_at
    FROM steps t JOIN zones z USING (project_id)
    WHERE t.s1 = 'DONE' AND t.s0 IS DISTINCT FROM 'DONE'
      AND (t.at AT TIME ZONE z.zone)::date BETWEEN CAST(:from_day AS date) AND CAST(:to_day AS date)
    ORDER BY t.issue_id, t.at DESC, t.id DESC
),
begun AS (
    SELECT issue_id, min(at) AS started_at FROM steps WHERE s1 = 'IN_PROGRESS' GROUP BY issue_id
),
cycles AS (
    SELECT k.id, k.key, k.title, b.started_at, f.done_at,
           (extract(epoch FROM f.done_at - b.started_at) / 86400)::float8 AS days
    FROM finished f JOIN known k ON k.id = f.issue_id
    LEFT JOIN begun b ON b.issue_id = f.issue_id AND b.started_at <= f.done_at
)
