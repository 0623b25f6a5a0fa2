WITH /* zones */,
/* visible */,
/* known */
SELECT k.status, k.severity, count(*) AS issues, count(*) FILTER (WHERE k.due_on < z.today) AS overdue
FROM known k JOIN zones z USING (project_id)
GROUP BY k.status, k.severity
