-- From which day on each project's rows must be made anew. From its first change when its rows have a gap, are of
-- another zone, or are not there; else from the earliest day that an uncounted change falls on, or the first day
-- without a row. Projects with nothing to do are left out.
WITH fresh AS (
    SELECT c.project_id, min((c.at AT TIME ZONE p.timezone)::date) AS day
    FROM issue_change c JOIN project p ON p.id = c.project_id
    WHERE c.id > :mark AND c.id <= :through
    GROUP BY c.project_id
),
stored AS (
    SELECT project_id, min(day) AS first_day, max(day) AS last_day, count(*) AS days,
           min(zone) AS one_zone, max(zone) AS other_zone
    FROM daily_stats GROUP BY project_id
),
known AS (
    SELECT p.id AS project_id, p.timezone AS zone, first.day AS first_day, s.last_day, f.day AS fresh_day,
           (CAST(:now AS timestamptz) AT TIME ZONE p.timezone)::date AS through_day,
           CAST(:rebuild AS boolean) OR s.project_id IS NULL OR s.one_zone <> p.timezone OR s.other_zone <> p.timezone
               OR s.days <> s.last_day - s.first_day + 1 OR (f.day IS NULL AND s.first_day <> first.day)
               OR s.last_day > (CAST(:now AS timestamptz) AT TIME ZONE p.timezone)::date AS anew
    FROM project p
    JOIN LATERAL (
        SELECT (min(c.at) AT TIME ZONE p.timezone)::date AS day
        FROM issue_change c WHERE c.project_id = p.id AND c.id <= :through
    ) first ON first.day IS NOT NULL
    LEFT JOIN stored s ON s.project_id = p.id
    LEFT JOIN fresh f ON f.project_id = p.id
)
SELECT project_id, zone, first_day, through_day,
       CASE WHEN anew THEN first_day ELSE least(fresh_day, last_day + 1) END AS from_day
FROM known
WHERE anew OR least(fresh_day, last_day + 1) <= through_day
ORDER BY project_id
