-- Of the issues that are there now, how many were overdue at the end of yesterday and at this minute of yesterday:
-- today's changes are taken back.
WITH /* zones */,
/* bounds */,
/* visible */,
/* known */,
maybe AS (
    SELECT k.id, k.project_id, k.status, k.due_on FROM known k JOIN bounds b USING (project_id)
    WHERE k.due_on < b.today OR EXISTS (
        SELECT 1 FROM issue_change c WHERE c.issue_id = k.id AND c.at >= b.midnight_before AND c.changed ? 'due_on')
)
SELECT count(*) FILTER (WHERE m.name = 'end') AS at_end, count(*) FILTER (WHERE m.name = 'minute') AS at_minute
FROM maybe k JOIN bounds b USING (project_id)
CROSS JOIN LATERAL (VALUES ('end', b.midnight), ('minute', b.same_minute)) AS m(name, moment)
LEFT JOIN LATERAL (
    SELECT c.id, c.status_before FROM issue_change c
    WHERE c.issue_id = k.id AND c.at >= m.moment AND c.status_after IS NOT NULL ORDER BY c.at, c.id LIMIT 1
) s ON true
LEFT JOIN LATERAL (
    SELECT c.id, (c.changed -> 'due_on' ->> 'old')::date AS due_on FROM issue_change c
    WHERE c.issue_id = k.id AND c.at >= m.moment AND c.changed ? 'due_on' ORDER BY c.at, c.id LIMIT 1
) d ON true
WHERE CASE WHEN s.id IS NULL THEN k.status ELSE s.status_before END <> 'DONE'
  AND CASE WHEN d.id IS NULL THEN k.due_on ELSE d.due_on END < b.today - 1
