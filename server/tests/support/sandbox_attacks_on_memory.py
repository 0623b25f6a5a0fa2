"""What somebody might write to take the memory of the machine, or its processors for good."""

_MANY = "generate_series(1, 100000) a, generate_series(1, 1000) b"
_SOME = "generate_series(1, 100000) a, generate_series(1, 10) b"
_LONG = "SELECT string_agg(repeat('x', 1000), '') FROM generate_series(1, 100000)"
_LENGTHY = "SELECT string_agg(repeat('x', 1000), '') FROM generate_series(1, 10000)"
_SORTED = "(SELECT md5(a::text) AS t FROM generate_series(1, 100000) a ORDER BY t)"
MEMORY = (
    f"SELECT array_agg(a) FROM {_MANY}",
    f"SELECT array_agg(repeat('x', 1000)) FROM {_MANY}",
    f"SELECT array_agg(ARRAY[a, b, a, b, a, b, a, b]) FROM {_MANY}",
    f"SELECT json_agg(repeat('x', 1000)) FROM {_MANY}",
    f"SELECT jsonb_agg(a) FROM {_MANY}",
    f"SELECT json_object_agg(a::text || b::text, a) FROM {_MANY}",
    f"SELECT jsonb_object_agg(a::text || '.' || b::text, a) FROM {_MANY}",
    f"SELECT string_agg(a::text, ', ' ORDER BY b) FROM {_MANY}",
    f"SELECT b, array_agg(repeat('x', 1000)) FROM {_MANY} GROUP BY b",
    f"SELECT array_agg(repeat('x', 1000)) OVER () FROM {_MANY}",
    f"SELECT mode() WITHIN GROUP (ORDER BY repeat('x', 1000) || a) FROM {_MANY}",
    (
        "SELECT percentile_cont(ARRAY(SELECT a / 100000.0 FROM generate_series(0, 100000) a))"
        f" WITHIN GROUP (ORDER BY a) FROM {_MANY}"
    ),
    f"SELECT count(DISTINCT repeat('x', 1000) || a || b) FROM {_MANY}",
    f"WITH x AS MATERIALIZED (SELECT repeat('x', 1000) || a FROM {_MANY}) SELECT count(*) FROM x y, x z",
    f"SELECT length(replace(t, left('x', 1), repeat('y', 1000))) FROM ({_LONG}) AS l(t)",
    "SELECT length(replace(replace(repeat('x', 1000), 'x', repeat('y', 1000)), 'y', repeat('z', 1000)))",
    "SELECT length(regexp_replace(repeat('x', 1000), 'x', repeat('y', 1000), 'g')) FROM generate_series(1, 1000)",
    f"SELECT length(t || t || t || t || t || t || t || t || t || t) FROM ({_LONG}) AS l(t)",
    f"SELECT length(array_to_string(array_agg(t), min(t))) FROM ({_LONG}) AS l(t), generate_series(1, 1000)",
    f"SELECT length(upper(t)), length(translate(t, 'x', 'y')), length(reverse(t)) FROM ({_LONG}) AS l(t)",
    f"SELECT cardinality(string_to_array(t, NULL)) FROM ({_LONG}) AS l(t)",
    f"SELECT length(jsonb_pretty(to_jsonb(string_to_array(t, NULL)))) FROM ({_LONG}) AS l(t)",
    f"SELECT regexp_count(t, '(x)(x)?(x)?') FROM ({_LONG}) AS l(t)",
    f"SELECT count(*) FROM ({' UNION ALL '.join([_SORTED] * 100)}) AS many",
    "WITH s AS (SELECT a, md5(a::text) AS t FROM generate_series(1, 100000) a) SELECT count(*) FROM s s0 "
    + " ".join(f"JOIN s s{n} ON s{n}.t = s{n - 1}.t" for n in range(1, 40)),
    f"SELECT count(*) FROM {_MANY} GROUP BY CUBE (a, b, a + 1, a + 2, a + 3, a + 4, a + 5, a + 6)",
    "WITH RECURSIVE x(t) AS (SELECT repeat('x', 1000) UNION ALL SELECT t || t FROM x) SELECT count(*) FROM x",
    "WITH RECURSIVE x(a) AS (SELECT ARRAY[1] UNION ALL SELECT array_cat(a, a) FROM x) SELECT count(*) FROM x",
    "WITH RECURSIVE x(n) AS (SELECT 1::bigint UNION SELECT n + 1 FROM x) SELECT count(*) FROM x",
    "WITH RECURSIVE x(n, t) AS (SELECT 1, repeat('x', 1000) UNION SELECT n + 1, t FROM x) SELECT count(*) FROM x",
    "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT array_agg(n) FROM x",
    f"SELECT count(*) FROM issues WHERE title IN ({', '.join(f'{chr(39)}{n:x}{chr(39)}' for n in range(2_400))})",
)
"""Each takes gigabytes of the process that reads, or of its files, when nothing holds it."""
ENDLESS = (
    f"SELECT length(translate(t, replace(t, 'x', 'y'), '')) FROM ({_LENGTHY}) AS l(t)",
    f"SELECT length(btrim(t, replace(t, 'x', 'y') || 'x')) FROM ({_LENGTHY}) AS l(t)",
    f"SELECT trim(BOTH replace(t, 'x', 'y') || 'x' FROM t) FROM ({_LENGTHY}) AS l(t)",
    f"SELECT strpos(t, 'y' || left(t, 5000000)) FROM ({_LENGTHY}) AS l(t)",
    f"SELECT position('y' || left(t, 5000000) IN t) FROM ({_LENGTHY}) AS l(t)",
    f"SELECT length(replace(t, 'y' || left(t, 5000000), '')) FROM ({_LENGTHY}) AS l(t)",
    f"SELECT split_part(t, 'y' || left(t, 5000000), 2) FROM ({_LENGTHY}) AS l(t)",
    f"SELECT string_to_array(t, 'y' || left(t, 5000000)) FROM ({_LENGTHY}) AS l(t)",
    f"SELECT a && b FROM (SELECT array_agg(a) AS a, array_agg(-a) AS b FROM {_SOME}) AS two",
    f"SELECT a @> b FROM (SELECT array_agg(a) AS a, array_agg(a) AS b FROM {_SOME}) AS two",
    f"SELECT ARRAY[a, a] <@ ARRAY[a, a] FROM (SELECT array_agg(a) AS a FROM {_SOME}) AS one",
    f"SELECT to_jsonb(array_agg('x' || a)) ?| array_agg('y' || a) FROM {_SOME}",
)
"""Nothing in PostgreSQL ends these before they are through, neither a time limit nor an administrator."""
