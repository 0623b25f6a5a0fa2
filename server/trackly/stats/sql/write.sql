WITH /* scope_args */,
picked AS (
    SELECT DISTINCT c.issue_id
    FROM issue_change c JOIN scope s USING (project_id)
    WHERE c.id <= :through AND c.at >= s.from_day::timestamp AT TIME ZONE s.zone - interval '3 hours'
),
/* steps */,
deltas AS (
    SELECT t.project_id, (t.at AT TIME ZONE s.zone)::date AS day,
           /* counts */
    FROM steps t JOIN scope s USING (project_id)
    WHERE (t.at AT TIME ZONE s.zone)::date >= s.from_day
    GROUP BY 1, 2
)
INSERT INTO daily_stats AS kept (
    project_id, day, zone, created, triaged, started, done, reopened, in_open, in_triaged, in_progress, in_done,
    open_low, open_medium, open_high, open_critical, computed_at)
SELECT s.project_id, s.from_day + n.i, s.zone,
       coalesce(d.created, 0), coalesce(d.triaged, 0), coalesce(d.started, 0), coalesce(d.done, 0),
       coalesce(d.reopened, 0),
       coalesce(b.in_open, 0) + sum(coalesce(d.in_open, 0)) OVER w,
       coalesce(b.in_triaged, 0) + sum(coalesce(d.in_triaged, 0)) OVER w,
       coalesce(b.in_progress, 0) + sum(coalesce(d.in_progress, 0)) OVER w,
       coalesce(b.in_done, 0) + sum(coalesce(d.in_done, 0)) OVER w,
       coalesce(b.open_low, 0) + sum(coalesce(d.open_low, 0)) OVER w,
       coalesce(b.open_medium, 0) + sum(coalesce(d.open_medium, 0)) OVER w,
       coalesce(b.open_high, 0) + sum(coalesce(d.open_high, 0)) OVER w,
       coalesce(b.open_critical, 0) + sum(coalesce(d.open_critical, 0)) OVER w,
       :now
FROM scope s
CROSS JOIN LATERAL generate_series(0, s.through_day - s.from_day) AS n(i)
LEFT JOIN deltas d ON d.project_id = s.project_id AND d.day = s.from_day + n.i
LEFT JOIN daily_stats b ON b.project_id = s.project_id AND b.day = s.from_day - 1
WINDOW w AS (PARTITION BY s.project_id ORDER BY n.i)
ON CONFLICT (project_id, day) DO UPDATE SET
    zone = excluded.zone, created = excluded.created, triaged = excluded.triaged, started = excluded.started,
    done = excluded.done, reopened = excluded.reopened, in_open = excluded.in_open, in_triaged = excluded.in_triaged,
    in_progress = excluded.in_progress, in_done = excluded.in_done, open_low = excluded.open_low,
    open_medium = excluded.open_medium, open_high = excluded.open_high, open_critical = excluded.open_critical,
    computed_at = excluded.computed_at
WHERE (kept.zone, kept.created, kept.triaged, kept.started, kept.done, kept.reopened, kept.in_open, kept.in_triaged,
       kept.in_progress, kept.in_done, kept.open_low, kept.open_medium, kept.open_high, kept.open_critical)
   IS DISTINCT FROM (excluded.zone, excluded.created, excluded.triaged, excluded.started, excluded.done,
       excluded.reopened, excluded.in_open, excluded.in_triaged, excluded.in_progress, excluded.in_done,
       excluded.open_low, excluded.open_medium, excluded.open_high, excluded.open_critical)
