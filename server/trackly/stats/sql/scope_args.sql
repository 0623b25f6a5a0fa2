scope AS (
    SELECT * FROM unnest(CAST(:projects AS bigint[]), CAST(:zone_names AS text[]), CAST(:first_days AS date[]),
                         CAST(:from_days AS date[]), CAST(:through_days AS date[]))
        AS s(project_id, zone, first_day, from_day, through_day)
)
