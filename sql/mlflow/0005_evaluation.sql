-- Evaluation: datasets, scorers, human review, issues.

-- Evaluation datasets.
CREATE TABLE IF NOT EXISTS evaluation_datasets (
    dataset_id       VARCHAR(36)  NOT NULL,
    name             VARCHAR(255) NOT NULL,
    `schema`         TEXT,
    profile          TEXT,
    digest           VARCHAR(64),
    created_time     BIGINT,
    last_update_time BIGINT,
    created_by       VARCHAR(255),
    last_updated_by  VARCHAR(255),
    workspace        VARCHAR(63)  NOT NULL DEFAULT 'default',
    PRIMARY KEY (dataset_id),
    KEY index_evaluation_datasets_name (name),
    KEY index_evaluation_datasets_created_time (created_time),
    KEY idx_evaluation_datasets_workspace (workspace)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Records of evaluation datasets; input_hash makes them unique.
CREATE TABLE IF NOT EXISTS evaluation_dataset_records (
    dataset_record_id VARCHAR(36) NOT NULL,
    dataset_id        VARCHAR(36) NOT NULL,
    inputs            JSON        NOT NULL,
    expectations      JSON,
    tags              JSON,
    source            JSON,
    source_id         VARCHAR(36),
    source_type       VARCHAR(255),
    created_time      BIGINT,
    last_update_time  BIGINT,
    created_by        VARCHAR(255),
    last_updated_by   VARCHAR(255),
    input_hash        VARCHAR(64) NOT NULL,
    outputs           JSON,
    PRIMARY KEY (dataset_record_id),
    UNIQUE KEY unique_dataset_input (dataset_id, input_hash),
    KEY index_evaluation_dataset_records_dataset_id (dataset_id),
    CONSTRAINT fk_evaluation_dataset_records_dataset_id FOREIGN KEY (dataset_id)
        REFERENCES evaluation_datasets (dataset_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Tags of evaluation datasets.
CREATE TABLE IF NOT EXISTS evaluation_dataset_tags (
    dataset_id VARCHAR(36)  NOT NULL,
    `key`      VARCHAR(255) NOT NULL,
    value      VARCHAR(5000),
    PRIMARY KEY (dataset_id, `key`),
    KEY index_evaluation_dataset_tags_dataset_id (dataset_id),
    CONSTRAINT fk_evaluation_dataset_tags_dataset_id FOREIGN KEY (dataset_id)
        REFERENCES evaluation_datasets (dataset_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Edges between entities of any kind: trace to run, dataset to experiment.
CREATE TABLE IF NOT EXISTS entity_associations (
    association_id   VARCHAR(36) NOT NULL,
    source_type      VARCHAR(36) NOT NULL,
    source_id        VARCHAR(36) NOT NULL,
    destination_type VARCHAR(36) NOT NULL,
    destination_id   VARCHAR(36) NOT NULL,
    created_time     BIGINT,
    PRIMARY KEY (source_type, source_id, destination_type, destination_id),
    KEY index_entity_associations_association_id (association_id),
    KEY index_entity_associations_reverse_lookup
        (destination_type, destination_id, source_type, source_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Scorers of an experiment.
CREATE TABLE IF NOT EXISTS scorers (
    experiment_id INT          NOT NULL,
    scorer_name   VARCHAR(256) NOT NULL,
    scorer_id     VARCHAR(36)  NOT NULL,
    PRIMARY KEY (scorer_id),
    UNIQUE KEY index_scorers_experiment_id_scorer_name (experiment_id, scorer_name),
    CONSTRAINT fk_scorers_experiment_id FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Versions of scorers.
CREATE TABLE IF NOT EXISTS scorer_versions (
    scorer_id         VARCHAR(36) NOT NULL,
    scorer_version    INT         NOT NULL,
    serialized_scorer TEXT        NOT NULL,
    creation_time     BIGINT,
    PRIMARY KEY (scorer_id, scorer_version),
    KEY index_scorer_versions_scorer_id (scorer_id),
    CONSTRAINT fk_scorer_versions_scorer_id FOREIGN KEY (scorer_id)
        REFERENCES scorers (scorer_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Which traces are scored as they arrive, and how many of them.
CREATE TABLE IF NOT EXISTS online_scoring_configs (
    online_scoring_config_id VARCHAR(36) NOT NULL,
    scorer_id                VARCHAR(36) NOT NULL,
    sample_rate              DOUBLE      NOT NULL,
    experiment_id            INT         NOT NULL,
    filter_string            TEXT,
    PRIMARY KEY (online_scoring_config_id),
    KEY fk_online_scoring_configs_scorer_id (scorer_id),
    KEY fk_online_scoring_configs_experiment_id (experiment_id),
    CONSTRAINT fk_online_scoring_configs_experiment_id FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id),
    CONSTRAINT fk_online_scoring_configs_scorer_id FOREIGN KEY (scorer_id)
        REFERENCES scorers (scorer_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Questions that reviewers answer.
CREATE TABLE IF NOT EXISTS label_schemas (
    schema_id        VARCHAR(36)  NOT NULL,
    experiment_id    INT          NOT NULL,
    name             VARCHAR(250) NOT NULL,
    type             VARCHAR(16)  NOT NULL,
    instruction      TEXT,
    enable_comment   BOOLEAN      NOT NULL DEFAULT 0,
    input_type       VARCHAR(32)  NOT NULL,
    input_config     TEXT         NOT NULL,
    created_by       VARCHAR(255),
    created_time     BIGINT       NOT NULL,
    last_update_time BIGINT       NOT NULL,
    is_default       BOOLEAN      NOT NULL DEFAULT 0,
    PRIMARY KEY (schema_id),
    UNIQUE KEY uq_label_schemas_exp_name (experiment_id, name),
    KEY index_label_schemas_experiment_id (experiment_id),
    CONSTRAINT fk_label_schemas_experiment_id FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Queues of what is to be reviewed.
CREATE TABLE IF NOT EXISTS review_queues (
    queue_id            VARCHAR(36)  NOT NULL,
    experiment_id       INT          NOT NULL,
    name                VARCHAR(250) NOT NULL,
    queue_type          VARCHAR(16)  NOT NULL,
    created_by          VARCHAR(255),
    creation_time_ms    BIGINT       NOT NULL,
    last_update_time_ms BIGINT       NOT NULL,
    name_key            VARCHAR(250) NOT NULL,
    PRIMARY KEY (queue_id),
    UNIQUE KEY uq_review_queues_experiment_name_key (experiment_id, name_key),
    KEY index_review_queues_experiment_id (experiment_id),
    CONSTRAINT fk_review_queues_experiment_id FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- What is in a queue, and who has reviewed it.
CREATE TABLE IF NOT EXISTS review_queue_items (
    queue_id            VARCHAR(36) NOT NULL,
    item_type           VARCHAR(16) NOT NULL,
    item_id             VARCHAR(50) NOT NULL,
    status              VARCHAR(16) NOT NULL,
    completed_by        VARCHAR(250),
    completed_time_ms   BIGINT,
    creation_time_ms    BIGINT      NOT NULL,
    last_update_time_ms BIGINT      NOT NULL,
    PRIMARY KEY (queue_id, item_id),
    KEY index_review_queue_items_queue_id_status (queue_id, status),
    KEY index_review_queue_items_item_id (item_id),
    CONSTRAINT fk_review_queue_items_queue_id FOREIGN KEY (queue_id)
        REFERENCES review_queues (queue_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Who reviews.
CREATE TABLE IF NOT EXISTS review_queue_users (
    queue_id VARCHAR(36)  NOT NULL,
    user_id  VARCHAR(250) NOT NULL,
    PRIMARY KEY (queue_id, user_id),
    KEY index_review_queue_users_user_id (user_id),
    CONSTRAINT fk_review_queue_users_queue_id FOREIGN KEY (queue_id)
        REFERENCES review_queues (queue_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- What reviewers of a queue are asked.
CREATE TABLE IF NOT EXISTS review_queue_label_schemas (
    queue_id  VARCHAR(36) NOT NULL,
    schema_id VARCHAR(36) NOT NULL,
    PRIMARY KEY (queue_id, schema_id),
    KEY index_review_queue_label_schemas_schema_id (schema_id),
    CONSTRAINT fk_review_queue_label_schemas_queue_id FOREIGN KEY (queue_id)
        REFERENCES review_queues (queue_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Issues found in traces.
CREATE TABLE IF NOT EXISTS issues (
    issue_id               VARCHAR(36)  NOT NULL,
    experiment_id          INT          NOT NULL,
    name                   VARCHAR(250) NOT NULL,
    description            TEXT         NOT NULL,
    status                 VARCHAR(50)  NOT NULL,
    severity               VARCHAR(50),
    root_causes            TEXT,
    source_run_id          VARCHAR(32),
    categories             TEXT,
    created_timestamp      BIGINT       NOT NULL,
    last_updated_timestamp BIGINT       NOT NULL,
    created_by             VARCHAR(255),
    PRIMARY KEY (issue_id),
    KEY index_issues_experiment_id (experiment_id),
    KEY index_issues_source_run_id (source_run_id),
    KEY index_issues_status (status),
    CONSTRAINT fk_issues_experiment_id FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id) ON DELETE CASCADE,
    CONSTRAINT fk_issues_source_run_id FOREIGN KEY (source_run_id)
        REFERENCES runs (run_uuid) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
