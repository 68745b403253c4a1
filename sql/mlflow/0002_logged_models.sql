-- Logged models: a model as an entity of an experiment.

-- A model as an entity of an experiment; status is LoggedModelStatus by its number.
CREATE TABLE IF NOT EXISTS logged_models (
    model_id                  VARCHAR(36)   NOT NULL,
    experiment_id             INT           NOT NULL,
    name                      VARCHAR(500)  NOT NULL,
    artifact_location         VARCHAR(1000) NOT NULL,
    creation_timestamp_ms     BIGINT        NOT NULL,
    last_updated_timestamp_ms BIGINT        NOT NULL,
    status                    INT           NOT NULL,
    lifecycle_stage           VARCHAR(32),
    model_type                VARCHAR(500),
    source_run_id             VARCHAR(32),
    status_message            VARCHAR(1000),
    PRIMARY KEY (model_id),
    KEY fk_logged_models_experiment_id (experiment_id),
    CONSTRAINT fk_logged_models_experiment_id FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id) ON DELETE CASCADE,
    CONSTRAINT logged_models_lifecycle_stage_check CHECK (lifecycle_stage IN ('active', 'deleted'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Parameters of logged models.
CREATE TABLE IF NOT EXISTS logged_model_params (
    model_id      VARCHAR(36)  NOT NULL,
    experiment_id INT          NOT NULL,
    param_key     VARCHAR(255) NOT NULL,
    param_value   TEXT         NOT NULL,
    PRIMARY KEY (model_id, param_key),
    KEY fk_logged_model_params_experiment_id (experiment_id),
    CONSTRAINT fk_logged_model_params_experiment_id FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id),
    CONSTRAINT fk_logged_model_params_model_id FOREIGN KEY (model_id)
        REFERENCES logged_models (model_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Tags of logged models.
CREATE TABLE IF NOT EXISTS logged_model_tags (
    model_id      VARCHAR(36)  NOT NULL,
    experiment_id INT          NOT NULL,
    tag_key       VARCHAR(255) NOT NULL,
    tag_value     TEXT         NOT NULL,
    PRIMARY KEY (model_id, tag_key),
    KEY fk_logged_model_tags_experiment_id (experiment_id),
    CONSTRAINT fk_logged_model_tags_experiment_id FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id),
    CONSTRAINT fk_logged_model_tags_model_id FOREIGN KEY (model_id)
        REFERENCES logged_models (model_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Every metric point that was logged with a model_id.
CREATE TABLE IF NOT EXISTS logged_model_metrics (
    model_id            VARCHAR(36)  NOT NULL,
    metric_name         VARCHAR(500) NOT NULL,
    metric_timestamp_ms BIGINT       NOT NULL,
    metric_step         BIGINT       NOT NULL,
    metric_value        DOUBLE,
    experiment_id       INT          NOT NULL,
    run_id              VARCHAR(32)  NOT NULL,
    dataset_uuid        VARCHAR(36),
    dataset_name        VARCHAR(500),
    dataset_digest      VARCHAR(36),
    PRIMARY KEY (model_id, metric_name, metric_timestamp_ms, metric_step, run_id),
    KEY fk_logged_model_metrics_experiment_id (experiment_id),
    KEY fk_logged_model_metrics_run_id (run_id),
    KEY index_logged_model_metrics_model_id (model_id),
    CONSTRAINT fk_logged_model_metrics_experiment_id FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id),
    CONSTRAINT fk_logged_model_metrics_model_id FOREIGN KEY (model_id)
        REFERENCES logged_models (model_id) ON DELETE CASCADE,
    CONSTRAINT fk_logged_model_metrics_run_id FOREIGN KEY (run_id)
        REFERENCES runs (run_uuid) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
