-- Rows outside of a project's life: left by another zone or by a change that is no longer there.
WITH /* scope_args */
DELETE FROM daily_stats d USING scope s
WHERE d.project_id = s.project_id AND (d.day < s.first_day OR d.day > s.through_day)
