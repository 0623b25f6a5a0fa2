"""The functions that SQL of a report may call, all of them PostgreSQL's own. Pure."""

AGGREGATES = (
    "any_value array_agg avg bool_and bool_or corr count covar_pop covar_samp every json_agg json_object_agg "
    "jsonb_agg jsonb_object_agg max min mode percentile_cont percentile_disc regr_avgx regr_avgy regr_count "
    "regr_intercept regr_r2 regr_slope stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance "
    "grouping"
)
WINDOWS = "cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank rank row_number"
TIMES = (
    "age date_bin date_part date_trunc isfinite justify_days justify_hours justify_interval make_date "
    "make_interval make_time make_timestamp make_timestamptz now timezone to_char to_date to_timestamp "
    "transaction_timestamp"
)
TEXTS = (
    "array_to_string ascii btrim char_length character_length chr concat concat_ws initcap left length lower "
    "lpad ltrim md5 octet_length position regexp_count regexp_instr regexp_like regexp_match regexp_replace "
    "regexp_substr repeat replace reverse right rpad rtrim split_part starts_with string_to_array strpos "
    "substr substring to_hex translate trim upper"
)
NUMBERS = (
    "abs acos asin atan atan2 cbrt ceil ceiling cos degrees div exp floor gcd greatest lcm least ln log log10 "
    "mod pi power radians round scale sign sin sqrt tan to_number trunc width_bucket"
)
VALUES = (
    "all any array array_append array_cat array_length array_lower array_position array_positions array_prepend "
    "array_remove array_replace array_upper cardinality coalesce json_array_length json_build_array "
    "json_build_object jsonb_array_length jsonb_build_array jsonb_build_object jsonb_extract_path "
    "jsonb_extract_path_text jsonb_pretty jsonb_typeof nullif num_nonnulls num_nulls row some to_json to_jsonb"
)
SERIES = "generate_series"
TABLE_FUNCTIONS = f"{SERIES} unnest"
GROUPS = {
    "aggregates": AGGREGATES,
    "windows": WINDOWS,
    "times": TIMES,
    "texts": TEXTS,
    "numbers": NUMBERS,
    "values": VALUES,
    "rows": TABLE_FUNCTIONS,
}
ALLOWED = frozenset(name for names in GROUPS.values() for name in names.split())
