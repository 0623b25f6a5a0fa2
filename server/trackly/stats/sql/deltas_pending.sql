-- What the issues with uncounted changes add, from all of their changes up to `through`.
WITH /* zones */,
picked AS (
    SELECT DISTINCT issue_id FROM issue_change
    WHERE id > :mark AND project_id = ANY(CAST(:stored AS bigint[]))
),
/* steps */
/* day_deltas */
