-- Whether `day` is over in the zone of every project, and its numbers are stored: a good aggregation began after the
-- last of those midnights, and no change from before it is uncounted.
WITH edge AS (
    SELECT coalesce(max((CAST(:day AS date) + 1)::timestamp AT TIME ZONE p.timezone),
                    (CAST(:day AS date) + 1)::timestamp AT TIME ZONE 'UTC') AS at
    FROM project p
)
SELECT edge.at <= statement_timestamp()
   AND EXISTS (SELECT 1 FROM stats_run r WHERE r.error IS NULL AND r.started_at >= edge.at)
   AND NOT EXISTS (
       SELECT 1 FROM issue_change c
       WHERE c.id > coalesce((SELECT max(through_change) FROM stats_mark), 0) AND c.at < edge.at
   )
FROM edge
