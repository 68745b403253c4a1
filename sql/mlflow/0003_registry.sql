-- The model registry.

-- Registered models, and prompts, which are models with a tag.
CREATE TABLE IF NOT EXISTS registered_models (
    name              VARCHAR(256) NOT NULL,
    creation_time     BIGINT,
    last_updated_time BIGINT,
    description       VARCHAR(5000),
    workspace         VARCHAR(63)  NOT NULL DEFAULT 'default',
    PRIMARY KEY (workspace, name),
    KEY idx_registered_models_workspace (workspace)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Tags of registered models.
CREATE TABLE IF NOT EXISTS registered_model_tags (
    `key`     VARCHAR(250) NOT NULL,
    value     VARCHAR(5000),
    name      VARCHAR(256) NOT NULL,
    workspace VARCHAR(63)  NOT NULL DEFAULT 'default',
    PRIMARY KEY (workspace, `key`, name),
    KEY name (name),
    KEY idx_registered_model_tags_workspace_name (workspace, name),
    CONSTRAINT fk_registered_model_tags_registered_models FOREIGN KEY (workspace, name)
        REFERENCES registered_models (workspace, name) ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Aliases of versions.
CREATE TABLE IF NOT EXISTS registered_model_aliases (
    alias     VARCHAR(256) NOT NULL,
    version   INT          NOT NULL,
    name      VARCHAR(256) NOT NULL,
    workspace VARCHAR(63)  NOT NULL DEFAULT 'default',
    PRIMARY KEY (workspace, name, alias),
    CONSTRAINT fk_registered_model_aliases_registered_models FOREIGN KEY (workspace, name)
        REFERENCES registered_models (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Versions; a deleted one stays, in stage Deleted_Internal.
CREATE TABLE IF NOT EXISTS model_versions (
    name              VARCHAR(256) NOT NULL,
    version           INT          NOT NULL,
    creation_time     BIGINT,
    last_updated_time BIGINT,
    description       VARCHAR(5000),
    user_id           VARCHAR(256),
    current_stage     VARCHAR(20),
    source            VARCHAR(500),
    run_id            VARCHAR(32),
    status            VARCHAR(20),
    status_message    VARCHAR(500),
    run_link          VARCHAR(500),
    storage_location  VARCHAR(500),
    workspace         VARCHAR(63)  NOT NULL DEFAULT 'default',
    PRIMARY KEY (workspace, name, version),
    CONSTRAINT fk_model_versions_registered_models FOREIGN KEY (workspace, name)
        REFERENCES registered_models (workspace, name) ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Tags of versions; the text of a prompt is one.
CREATE TABLE IF NOT EXISTS model_version_tags (
    `key`     VARCHAR(250) NOT NULL,
    value     TEXT,
    name      VARCHAR(256) NOT NULL,
    version   INT          NOT NULL,
    workspace VARCHAR(63)  NOT NULL DEFAULT 'default',
    PRIMARY KEY (workspace, `key`, name, version),
    KEY name (name, version),
    KEY idx_model_version_tags_workspace_name_version (workspace, name, version),
    CONSTRAINT fk_model_version_tags_model_versions FOREIGN KEY (workspace, name, version)
        REFERENCES model_versions (workspace, name, version) ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
