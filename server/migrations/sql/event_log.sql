-- The log's own rules: its first partitions, the one door for appending, and guards against every other way in.

CREATE TABLE event_log_p0 PARTITION OF event_log FOR VALUES FROM (0) TO (1000000);
CREATE TABLE event_log_p1 PARTITION OF event_log FOR VALUES FROM (1000000) TO (2000000);

INSERT INTO stream_head (stream, last_seq) VALUES (0, 0);

-- Takes the stream's lock, gives out the next numbers and inserts. The lock is released after the commit is visible,
-- and a rollback gives the numbers back: every snapshot holds exactly 1..N. To be the last statement before COMMIT.
CREATE FUNCTION append_events(
    p_stream smallint, p_request_id text, p_at timestamptz[], p_type text[], p_entity text[], p_version bigint[],
    p_actor bigint[], p_project text[], p_issue text[], p_audience text[], p_full bytea[], p_public bytea[]
) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    n integer := cardinality(p_type);
    head bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7211, p_stream);
    UPDATE stream_head SET last_seq = last_seq + n WHERE stream = p_stream RETURNING last_seq INTO head;
    PERFORM set_config('trackly.appending', 'on', true);
    INSERT INTO event_log (stream, seq, at, type, entity, entity_version, actor, request_id, project, issue, audience,
                           body_full, body_public)
    SELECT p_stream, head - n + i, at, type, entity, version, actor, p_request_id, project, issue,
           string_to_array(audience, ' '), body_full, body_public
    FROM unnest(p_at, p_type, p_entity, p_version, p_actor, p_project, p_issue, p_audience, p_full, p_public)
         WITH ORDINALITY AS e(at, type, entity, version, actor, project, issue, audience, body_full, body_public, i);
    PERFORM set_config('trackly.appending', 'off', true);
    RETURN head;
END $$;

CREATE FUNCTION refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND current_setting('trackly.appending', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'events are appended by append_events() and never changed (%)', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER only_append BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON event_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_log_change();

-- Partitions are made ahead of the head, a million numbers each. Returns how many were added.
CREATE FUNCTION extend_event_log() RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    head bigint := (SELECT last_seq FROM stream_head WHERE stream = 0);
    part bigint;
    added integer := 0;
BEGIN
    FOR part IN head / 1000000 .. head / 1000000 + 2 LOOP
        IF to_regclass('event_log_p' || part) IS NULL THEN
            EXECUTE format('CREATE TABLE event_log_p%s PARTITION OF event_log FOR VALUES FROM (%s) TO (%s)',
                           part, part * 1000000, (part + 1) * 1000000);
            added := added + 1;
        END IF;
    END LOOP;
    RETURN added;
END $$;
