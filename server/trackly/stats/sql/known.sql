-- The issues that count for the reader, those that are there now.
known AS (
    SELECT i.* FROM issue i
    WHERE i.project_id = ANY(CAST(:staff AS bigint[])) OR i.id IN (SELECT issue_id FROM visible)
)
