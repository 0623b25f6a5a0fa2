-- The rows of `daily_stats` by day, summed over projects; a project without a row for a day counts as on its last one.
SELECT (CAST(:from_day AS date) + n.i) AS day, max(d.computed_at) AS computed_at,
       coalesce(sum(d.created) FILTER (WHERE d.day = CAST(:from_day AS date) + n.i), 0) AS created,
       coalesce(sum(d.triaged) FILTER (WHERE d.day = CAST(:from_day AS date) + n.i), 0) AS triaged,
       coalesce(sum(d.started) FILTER (WHERE d.day = CAST(:from_day AS date) + n.i), 0) AS started,
       coalesce(sum(d.done) FILTER (WHERE d.day = CAST(:from_day AS date) + n.i), 0) AS done,
       coalesce(sum(d.reopened) FILTER (WHERE d.day = CAST(:from_day AS date) + n.i), 0) AS reopened,
       coalesce(sum(d.in_open), 0) AS in_open, coalesce(sum(d.in_triaged), 0) AS in_triaged,
       coalesce(sum(d.in_progress), 0) AS in_progress, coalesce(sum(d.in_done), 0) AS in_done,
       coalesce(sum(d.open_low), 0) AS open_low, coalesce(sum(d.open_medium), 0) AS open_medium,
       coalesce(sum(d.open_high), 0) AS open_high, coalesce(sum(d.open_critical), 0) AS open_critical
FROM generate_series(0, CAST(:to_day AS date) - CAST(:from_day AS date)) AS n(i)
LEFT JOIN LATERAL unnest(CAST(:stored AS bigint[])) AS p(id) ON true
LEFT JOIN LATERAL (
    SELECT * FROM daily_stats s
    WHERE s.project_id = p.id AND s.day <= CAST(:from_day AS date) + n.i
    ORDER BY s.day DESC LIMIT 1
) d ON true
GROUP BY n.i
ORDER BY n.i
