-- Every project and day that the reader may know of, exact at the snapshot: stored days plus what was not counted yet.
-- Given: `whole` (projects seen whole), `single` (issues seen one by one in other projects). Not for the routes, which
-- sum over projects; for whoever wants the rows.
WITH zones AS (
    SELECT p.id AS project_id, p.key AS project, p.name AS project_name, p.timezone AS zone,
           (CAST(:now AS timestamptz) AT TIME ZONE p.timezone)::date AS today
    FROM project p
    WHERE p.id IN (SELECT project_id FROM whole UNION SELECT project_id FROM single)
),
mark AS (
    SELECT coalesce(max(through_change), 0) AS through FROM stats_mark
),
stored AS (
    SELECT project_id FROM whole
    EXCEPT
    SELECT d.project_id FROM daily_stats d JOIN zones z USING (project_id) WHERE d.zone <> z.zone
),
picked AS (
    SELECT DISTINCT c.issue_id, true AS counted
    FROM issue_change c JOIN stored USING (project_id) WHERE c.id > (SELECT through FROM mark)
    UNION ALL
    SELECT DISTINCT c.issue_id, false
    FROM issue_change c JOIN whole USING (project_id) WHERE c.project_id NOT IN (SELECT project_id FROM stored)
    UNION ALL
    SELECT issue_id, false FROM single
),
marks AS (
    SELECT c.id, c.issue_id, c.project_id, c.at, c.type, c.status_after, c.severity_after, sign.sign,
           count(c.status_after) OVER w AS nth_status, count(c.severity_after) OVER w AS nth_severity
    FROM issue_change c JOIN picked p USING (issue_id) CROSS JOIN (VALUES (1), (-1)) AS sign(sign)
    WHERE (sign.sign = 1 OR (p.counted AND c.id <= (SELECT through FROM mark)))
      AND (c.status_after IS NOT NULL OR c.severity_after IS NOT NULL OR c.type = 'issue.deleted')
    WINDOW w AS (PARTITION BY c.issue_id, sign.sign ORDER BY c.at, c.id)
),
states AS (
    SELECT m.*,
           CASE WHEN type <> 'issue.deleted'
                THEN max(status_after) OVER (PARTITION BY issue_id, sign, nth_status) END AS s1,
           CASE WHEN type <> 'issue.deleted'
                THEN max(severity_after) OVER (PARTITION BY issue_id, sign, nth_severity) END AS v1
    FROM marks m
),
steps AS (
    SELECT project_id, at, sign, s1, v1, lag(s1) OVER w AS s0, lag(v1) OVER w AS v0
    FROM states
    WINDOW w AS (PARTITION BY issue_id, sign ORDER BY at, id)
),
signed AS (
    SELECT t.project_id, (t.at AT TIME ZONE z.zone)::date AS day, t.sign,
           /* counts */
    FROM steps t JOIN zones z USING (project_id)
    GROUP BY 1, 2, 3
),
deltas AS (
    SELECT project_id, day, sum(sign * created) AS created, sum(sign * triaged) AS triaged,
           sum(sign * started) AS started, sum(sign * done) AS done, sum(sign * reopened) AS reopened,
           sum(sign * in_open) AS in_open, sum(sign * in_triaged) AS in_triaged,
           sum(sign * in_progress) AS in_progress, sum(sign * in_done) AS in_done,
           sum(sign * open_low) AS open_low, sum(sign * open_medium) AS open_medium,
           sum(sign * open_high) AS open_high, sum(sign * open_critical) AS open_critical
    FROM signed GROUP BY 1, 2
),
firsts AS (
    SELECT project_id, min(day) AS day FROM (
        SELECT project_id, day FROM deltas
        UNION ALL
        SELECT d.project_id, d.day FROM daily_stats d JOIN stored USING (project_id)
    ) known GROUP BY 1
),
grid AS (
    SELECT z.*, f.day + n.i AS day
    FROM firsts f JOIN zones z USING (project_id) CROSS JOIN LATERAL generate_series(0, z.today - f.day) AS n(i)
)
SELECT g.project_id, g.project, g.project_name, g.day, g.day >= g.today AS partial,
       (coalesce(s.created, 0) + coalesce(d.created, 0))::int AS created,
       (coalesce(s.triaged, 0) + coalesce(d.triaged, 0))::int AS triaged,
       (coalesce(s.started, 0) + coalesce(d.started, 0))::int AS started,
       (coalesce(s.done, 0) + coalesce(d.done, 0))::int AS done,
       (coalesce(s.reopened, 0) + coalesce(d.reopened, 0))::int AS reopened,
       (coalesce(l.in_open, 0) + coalesce(sum(d.in_open) OVER w, 0))::int AS in_open,
       (coalesce(l.in_triaged, 0) + coalesce(sum(d.in_triaged) OVER w, 0))::int AS in_triaged,
       (coalesce(l.in_progress, 0) + coalesce(sum(d.in_progress) OVER w, 0))::int AS in_progress,
       (coalesce(l.in_done, 0) + coalesce(sum(d.in_done) OVER w, 0))::int AS in_done,
       (coalesce(l.open_low, 0) + coalesce(sum(d.open_low) OVER w, 0))::int AS open_low,
       (coalesce(l.open_medium, 0) + coalesce(sum(d.open_medium) OVER w, 0))::int AS open_medium,
       (coalesce(l.open_high, 0) + coalesce(sum(d.open_high) OVER w, 0))::int AS open_high,
       (coalesce(l.open_critical, 0) + coalesce(sum(d.open_critical) OVER w, 0))::int AS open_critical
FROM grid g
LEFT JOIN stored st ON st.project_id = g.project_id
LEFT JOIN deltas d ON d.project_id = g.project_id AND d.day = g.day
LEFT JOIN LATERAL (
    SELECT k.* FROM daily_stats k WHERE k.project_id = st.project_id AND k.day <= g.day ORDER BY k.day DESC LIMIT 1
) l ON true
LEFT JOIN daily_stats s ON s.project_id = st.project_id AND s.day = g.day
WINDOW w AS (PARTITION BY g.project_id ORDER BY g.day)
