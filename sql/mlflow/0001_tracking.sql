-- Experiments and runs: what training logs.

-- Workspaces. Experiments and models without one are in 'default'.
CREATE TABLE IF NOT EXISTS workspaces (
    name                     VARCHAR(63) NOT NULL,
    description              TEXT,
    default_artifact_root    TEXT,
    trace_archival_location  TEXT,
    trace_archival_retention VARCHAR(32),
    PRIMARY KEY (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Experiments. 0 is Default; a name is taken as long as its experiment exists, deleted or not.
CREATE TABLE IF NOT EXISTS experiments (
    experiment_id     INT          NOT NULL AUTO_INCREMENT,
    name              VARCHAR(256) NOT NULL,
    artifact_location VARCHAR(256),
    lifecycle_stage   VARCHAR(32),
    creation_time     BIGINT,
    last_update_time  BIGINT,
    workspace         VARCHAR(63)  NOT NULL DEFAULT 'default',
    PRIMARY KEY (experiment_id),
    UNIQUE KEY uq_experiments_workspace_name (workspace, name),
    KEY idx_experiments_workspace (workspace),
    KEY idx_experiments_workspace_creation_time (workspace, creation_time),
    CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Tags of experiments.
CREATE TABLE IF NOT EXISTS experiment_tags (
    `key`         VARCHAR(250) NOT NULL,
    value         MEDIUMTEXT,
    experiment_id INT          NOT NULL,
    PRIMARY KEY (`key`, experiment_id),
    KEY experiment_id (experiment_id),
    CONSTRAINT experiment_tags_ibfk_1 FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Runs. experiment_id is the only way to their workspace.
CREATE TABLE IF NOT EXISTS runs (
    run_uuid         VARCHAR(32) NOT NULL,
    name             VARCHAR(250),
    source_type      VARCHAR(20),
    source_name      VARCHAR(500),
    entry_point_name VARCHAR(50),
    user_id          VARCHAR(256),
    status           VARCHAR(9),
    start_time       BIGINT,
    end_time         BIGINT,
    source_version   VARCHAR(50),
    lifecycle_stage  VARCHAR(20),
    artifact_uri     VARCHAR(200),
    experiment_id    INT,
    deleted_time     BIGINT,
    PRIMARY KEY (run_uuid),
    KEY experiment_id (experiment_id),
    CONSTRAINT runs_ibfk_1 FOREIGN KEY (experiment_id) REFERENCES experiments (experiment_id),
    CONSTRAINT source_type CHECK (source_type IN (
        'NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')),
    CONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')),
    CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Parameters of runs: written once.
CREATE TABLE IF NOT EXISTS params (
    `key`    VARCHAR(250)  NOT NULL,
    value    VARCHAR(8000) NOT NULL,
    run_uuid VARCHAR(32)   NOT NULL,
    -- MLflow has (`key`, run_uuid).
    PRIMARY KEY (run_uuid, `key`),
    CONSTRAINT params_ibfk_1 FOREIGN KEY (run_uuid) REFERENCES runs (run_uuid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Tags of runs; mlflow.runName, mlflow.user and the like are among them.
CREATE TABLE IF NOT EXISTS tags (
    `key`    VARCHAR(250) NOT NULL,
    value    VARCHAR(8000),
    run_uuid VARCHAR(32)  NOT NULL,
    -- MLflow has (`key`, run_uuid).
    PRIMARY KEY (run_uuid, `key`),
    CONSTRAINT tags_ibfk_1 FOREIGN KEY (run_uuid) REFERENCES runs (run_uuid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Every point of every metric. NaN is value 0 with is_nan 1, an infinity the largest double.
CREATE TABLE IF NOT EXISTS metrics (
    `key`     VARCHAR(250) NOT NULL,
    value     DOUBLE       NOT NULL,
    timestamp BIGINT       NOT NULL,
    run_uuid  VARCHAR(32)  NOT NULL,
    step      BIGINT       NOT NULL DEFAULT 0,
    is_nan    BOOLEAN      NOT NULL DEFAULT 0,
    -- MLflow has (`key`, timestamp, step, run_uuid, value, is_nan).
    PRIMARY KEY (run_uuid, `key`, step, timestamp, value, is_nan),
    CONSTRAINT metrics_ibfk_1 FOREIGN KEY (run_uuid) REFERENCES runs (run_uuid),
    CHECK (is_nan IN (0, 1)),
    CHECK (is_nan IN (0, 1))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- The last point of each metric of each run: what runs/get shows and searches compare.
CREATE TABLE IF NOT EXISTS latest_metrics (
    `key`     VARCHAR(250) NOT NULL,
    value     DOUBLE       NOT NULL,
    timestamp BIGINT,
    step      BIGINT       NOT NULL,
    is_nan    BOOLEAN      NOT NULL,
    run_uuid  VARCHAR(32)  NOT NULL,
    -- MLflow has (`key`, run_uuid).
    PRIMARY KEY (run_uuid, `key`),
    CONSTRAINT latest_metrics_ibfk_1 FOREIGN KEY (run_uuid) REFERENCES runs (run_uuid),
    CHECK (is_nan IN (0, 1))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Datasets that were inputs of runs; dataset_uuid is what inputs refers to.
CREATE TABLE IF NOT EXISTS datasets (
    dataset_uuid        VARCHAR(36)  NOT NULL,
    experiment_id       INT          NOT NULL,
    name                VARCHAR(500) NOT NULL,
    digest              VARCHAR(36)  NOT NULL,
    dataset_source_type VARCHAR(36)  NOT NULL,
    dataset_source      TEXT         NOT NULL,
    dataset_schema      MEDIUMTEXT,
    dataset_profile     MEDIUMTEXT,
    PRIMARY KEY (experiment_id, name, digest),
    KEY index_datasets_experiment_id_dataset_source_type (experiment_id, dataset_source_type),
    KEY index_datasets_dataset_uuid (dataset_uuid),
    CONSTRAINT fk_datasets_experiment_id_experiments FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Edges: dataset to run, run to input model, run to output model.
CREATE TABLE IF NOT EXISTS inputs (
    input_uuid       VARCHAR(36) NOT NULL,
    source_type      VARCHAR(36) NOT NULL,
    source_id        VARCHAR(36) NOT NULL,
    destination_type VARCHAR(36) NOT NULL,
    destination_id   VARCHAR(36) NOT NULL,
    step             BIGINT      NOT NULL DEFAULT 0,
    PRIMARY KEY (source_type, source_id, destination_type, destination_id),
    KEY index_inputs_destination_type_destination_id_source_type
        (destination_type, destination_id, source_type),
    KEY index_inputs_input_uuid (input_uuid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Tags of an edge, such as mlflow.data.context.
CREATE TABLE IF NOT EXISTS input_tags (
    input_uuid VARCHAR(36)  NOT NULL,
    name       VARCHAR(255) NOT NULL,
    value      VARCHAR(500) NOT NULL,
    PRIMARY KEY (input_uuid, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
