-- Counts and changes of levels in three spans that follow each other: yesterday until the same minute, the rest of
-- yesterday, today.
WITH /* zones */,
/* bounds */,
/* visible */,
picked AS (
    SELECT DISTINCT issue_id FROM issue_change
    WHERE project_id = ANY(CAST(:staff AS bigint[])) AND at >= CAST(:now AS timestamptz) - interval '75 hours'
    UNION SELECT issue_id FROM visible
),
/* steps */,
spans AS (
    SELECT t.*, CASE WHEN (t.at AT TIME ZONE b.zone)::date >= b.today THEN 'today'
                     WHEN t.at >= b.same_minute THEN 'rest' ELSE 'until_now' END AS span
    FROM steps t JOIN bounds b USING (project_id)
    WHERE (t.at AT TIME ZONE b.zone)::date >= b.today - 1
)
SELECT span,
       /* counts */
FROM spans GROUP BY span
