-- Traces, their spans and assessments, and what is derived from them by day.

-- Traces, one row each; name, session, tokens and cost are copies for searching.
CREATE TABLE IF NOT EXISTS trace_info (
    request_id                            VARCHAR(50) NOT NULL,
    experiment_id                         INT         NOT NULL,
    timestamp_ms                          BIGINT      NOT NULL,
    execution_time_ms                     BIGINT,
    status                                VARCHAR(50) NOT NULL,
    client_request_id                     VARCHAR(50),
    request_preview                       VARCHAR(1000),
    response_preview                      VARCHAR(1000),
    db_payload_generation                 INT         NOT NULL DEFAULT 0,
    trace_name                            VARCHAR(4096),
    session_id                            VARCHAR(250),
    input_tokens                          BIGINT,
    output_tokens                         BIGINT,
    total_tokens                          BIGINT,
    cache_read_input_tokens               BIGINT,
    cache_creation_input_tokens           BIGINT,
    cache_creation_input_tokens_above_1hr BIGINT,
    input_cost                            DOUBLE,
    output_cost                           DOUBLE,
    total_cost                            DOUBLE,
    PRIMARY KEY (request_id),
    KEY index_trace_info_experiment_id_timestamp_ms (experiment_id, timestamp_ms),
    KEY index_trace_info_timestamp_ms_request_id (timestamp_ms, request_id),
    KEY index_trace_info_experiment_id_session_id (experiment_id, session_id),
    CONSTRAINT fk_trace_info_experiment_id FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Tags of traces, which may change.
CREATE TABLE IF NOT EXISTS trace_tags (
    `key`      VARCHAR(250) NOT NULL,
    value      VARCHAR(8000),
    request_id VARCHAR(50)  NOT NULL,
    PRIMARY KEY (`key`, request_id),
    KEY index_trace_tags_request_id (request_id),
    CONSTRAINT fk_trace_tags_request_id FOREIGN KEY (request_id)
        REFERENCES trace_info (request_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Metadata of traces, which may not.
CREATE TABLE IF NOT EXISTS trace_request_metadata (
    `key`      VARCHAR(250) NOT NULL,
    value      VARCHAR(8000),
    request_id VARCHAR(50)  NOT NULL,
    PRIMARY KEY (`key`, request_id),
    KEY index_trace_request_metadata_request_id (request_id),
    CONSTRAINT fk_trace_request_metadata_request_id FOREIGN KEY (request_id)
        REFERENCES trace_info (request_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Numbers of traces as MLflow 3.x kept them before they moved to trace_info.
CREATE TABLE IF NOT EXISTS trace_metrics (
    request_id VARCHAR(50)  NOT NULL,
    `key`      VARCHAR(250) NOT NULL,
    value      DOUBLE,
    PRIMARY KEY (request_id, `key`),
    KEY index_trace_metrics_request_id (request_id),
    CONSTRAINT fk_trace_metrics_request_id FOREIGN KEY (request_id)
        REFERENCES trace_info (request_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Spans of traces; content is the whole span as JSON.
CREATE TABLE IF NOT EXISTS spans (
    trace_id             VARCHAR(50) NOT NULL,
    experiment_id        INT         NOT NULL,
    span_id              VARCHAR(50) NOT NULL,
    parent_span_id       VARCHAR(50),
    name                 TEXT,
    type                 VARCHAR(500),
    status               VARCHAR(50) NOT NULL,
    start_time_unix_nano BIGINT      NOT NULL,
    end_time_unix_nano   BIGINT,
    duration_ns          BIGINT      GENERATED ALWAYS AS
        (end_time_unix_nano - start_time_unix_nano) STORED,
    content              LONGTEXT    NOT NULL,
    input_cost           DOUBLE,
    output_cost          DOUBLE,
    total_cost           DOUBLE,
    model_name           VARCHAR(500),
    model_provider       VARCHAR(500),
    PRIMARY KEY (trace_id, span_id),
    KEY index_spans_experiment_id_status_type (experiment_id, status, type),
    KEY index_spans_experiment_id_type_status (experiment_id, type, status),
    KEY index_spans_experiment_id_duration (experiment_id, duration_ns),
    KEY index_spans_experiment_id_start_time (experiment_id, start_time_unix_nano),
    KEY idx_spans_cost_trace_time_cover (trace_id, start_time_unix_nano),
    KEY idx_spans_cost_exp_time_cover (experiment_id, start_time_unix_nano),
    CONSTRAINT fk_spans_experiment_id FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id),
    CONSTRAINT fk_spans_trace_id FOREIGN KEY (trace_id)
        REFERENCES trace_info (request_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Numbers of spans as MLflow 3.x kept them before they moved to spans.
CREATE TABLE IF NOT EXISTS span_metrics (
    trace_id VARCHAR(50)  NOT NULL,
    span_id  VARCHAR(50)  NOT NULL,
    `key`    VARCHAR(250) NOT NULL,
    value    DOUBLE,
    PRIMARY KEY (trace_id, span_id, `key`),
    KEY index_span_metrics_trace_id_span_id (trace_id, span_id),
    CONSTRAINT fk_span_metrics_span FOREIGN KEY (trace_id, span_id)
        REFERENCES spans (trace_id, span_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Assessments of traces: feedback, expectations, issues. An overridden one has valid 0.
CREATE TABLE IF NOT EXISTS assessments (
    assessment_id          VARCHAR(50)  NOT NULL,
    trace_id               VARCHAR(50)  NOT NULL,
    name                   VARCHAR(250) NOT NULL,
    assessment_type        VARCHAR(20)  NOT NULL,
    value                  TEXT         NOT NULL,
    error                  TEXT,
    created_timestamp      BIGINT       NOT NULL,
    last_updated_timestamp BIGINT       NOT NULL,
    source_type            VARCHAR(50)  NOT NULL,
    source_id              VARCHAR(250),
    run_id                 VARCHAR(32),
    span_id                VARCHAR(50),
    rationale              TEXT,
    overrides              VARCHAR(50),
    valid                  BOOLEAN      NOT NULL,
    assessment_metadata    TEXT,
    experiment_id          INT,
    trace_timestamp_ms     BIGINT,
    aggregate_value        DOUBLE,
    is_numeric_value       BOOLEAN      NOT NULL DEFAULT 0,
    PRIMARY KEY (assessment_id),
    KEY index_assessments_trace_id_created_timestamp (trace_id, created_timestamp),
    KEY index_assessments_run_id_created_timestamp (run_id, created_timestamp),
    KEY index_assessments_last_updated_timestamp (last_updated_timestamp),
    KEY index_assessments_assessment_type (assessment_type),
    KEY idx_assessments_exp_trace_ts (experiment_id, trace_timestamp_ms),
    KEY idx_assessments_exp_trace_ts_name (experiment_id, trace_timestamp_ms, name),
    KEY idx_assessments_exp_name_valid (experiment_id, name, valid),
    CONSTRAINT fk_assessments_trace_id FOREIGN KEY (trace_id)
        REFERENCES trace_info (request_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Sums of traces by day.
CREATE TABLE IF NOT EXISTS sql_trace_metric_daily_rollups (
    id            BIGINT       NOT NULL AUTO_INCREMENT,
    experiment_id INT          NOT NULL,
    rollup_day    DATE         NOT NULL,
    metric_name   VARCHAR(250) NOT NULL,
    grouping_set  VARCHAR(50)  NOT NULL,
    trace_status  VARCHAR(50),
    sample_count  BIGINT       NOT NULL,
    sum_value     DOUBLE,
    min_value     DOUBLE,
    max_value     DOUBLE,
    p50_value     DOUBLE,
    p90_value     DOUBLE,
    p99_value     DOUBLE,
    PRIMARY KEY (id),
    KEY idx_trace_rollups_lookup
        (experiment_id, rollup_day, metric_name, grouping_set, trace_status)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Sums of the cost of spans by day.
CREATE TABLE IF NOT EXISTS sql_span_cost_daily_rollups (
    id             BIGINT       NOT NULL AUTO_INCREMENT,
    experiment_id  INT          NOT NULL,
    rollup_day     DATE         NOT NULL,
    metric_name    VARCHAR(250) NOT NULL,
    grouping_set   VARCHAR(50)  NOT NULL,
    model_name     VARCHAR(500),
    model_provider VARCHAR(500),
    sample_count   BIGINT       NOT NULL,
    sum_value      DOUBLE,
    min_value      DOUBLE,
    max_value      DOUBLE,
    PRIMARY KEY (id),
    KEY idx_span_cost_rollups_lookup
        (experiment_id, rollup_day, metric_name, grouping_set, model_name(64), model_provider(64))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Sums of assessments by day.
CREATE TABLE IF NOT EXISTS sql_assessment_daily_rollups (
    id            BIGINT       NOT NULL AUTO_INCREMENT,
    experiment_id INT          NOT NULL,
    rollup_day    DATE         NOT NULL,
    metric_name   VARCHAR(250) NOT NULL,
    grouping_set  VARCHAR(50)  NOT NULL,
    sample_count  BIGINT       NOT NULL,
    sum_value     DOUBLE,
    min_value     DOUBLE,
    max_value     DOUBLE,
    PRIMARY KEY (id),
    KEY idx_assessment_rollups_lookup (experiment_id, rollup_day, metric_name, grouping_set)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Days whose sums must be made again.
CREATE TABLE IF NOT EXISTS sql_trace_rollup_rebuild_queue (
    experiment_id INT         NOT NULL,
    rollup_day    DATE        NOT NULL,
    rollup_family VARCHAR(50) NOT NULL,
    PRIMARY KEY (experiment_id, rollup_day, rollup_family)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
