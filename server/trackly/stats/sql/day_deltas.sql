-- Summed over the projects, by day of each project's zone; everything before the asked days is one row, the day before.
SELECT greatest((t.at AT TIME ZONE z.zone)::date, CAST(:from_day AS date) - 1) AS day,
       /* counts */
FROM steps t JOIN zones z USING (project_id)
WHERE (t.at AT TIME ZONE z.zone)::date <= :to_day
GROUP BY 1
