WITH /* zones */,
/* bounds */
SELECT zone AS timezone, min(midnight) AS today_from, CAST(:now AS timestamptz) AS today_until,
       min(midnight_before) AS yesterday_from, min(midnight) AS yesterday_until,
       min(same_minute) AS yesterday_until_now
FROM bounds GROUP BY zone ORDER BY zone
