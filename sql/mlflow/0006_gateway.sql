-- The AI gateway: secrets, models, endpoints, guardrails, budgets.

-- Secrets, each encrypted with a key that is itself encrypted.
CREATE TABLE IF NOT EXISTS secrets (
    secret_id       VARCHAR(36)  NOT NULL,
    secret_name     VARCHAR(255) NOT NULL,
    encrypted_value BLOB         NOT NULL,
    wrapped_dek     BLOB         NOT NULL,
    kek_version     INT          NOT NULL,
    masked_value    VARCHAR(500) NOT NULL,
    provider        VARCHAR(64),
    auth_config     TEXT,
    description     TEXT,
    created_by      VARCHAR(255),
    created_at      BIGINT       NOT NULL,
    last_updated_by VARCHAR(255),
    last_updated_at BIGINT       NOT NULL,
    workspace       VARCHAR(63)  NOT NULL DEFAULT 'default',
    PRIMARY KEY (secret_id),
    UNIQUE KEY uq_secrets_workspace_secret_name (workspace, secret_name),
    KEY idx_secrets_workspace (workspace)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Id and name of a secret are part of what its encryption authenticates.
CREATE TRIGGER prevent_secrets_aad_mutation BEFORE UPDATE ON secrets FOR EACH ROW
BEGIN
    IF OLD.secret_id <> NEW.secret_id OR OLD.secret_name <> NEW.secret_name THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT =
            'secret_id and secret_name are immutable (used as AAD in encryption)';
    END IF;
END;

-- Models of providers.
CREATE TABLE IF NOT EXISTS model_definitions (
    model_definition_id VARCHAR(36)  NOT NULL,
    name                VARCHAR(255) NOT NULL,
    secret_id           VARCHAR(36),
    provider            VARCHAR(64)  NOT NULL,
    model_name          VARCHAR(256) NOT NULL,
    created_by          VARCHAR(255),
    created_at          BIGINT       NOT NULL,
    last_updated_by     VARCHAR(255),
    last_updated_at     BIGINT       NOT NULL,
    workspace           VARCHAR(63)  NOT NULL DEFAULT 'default',
    PRIMARY KEY (model_definition_id),
    UNIQUE KEY uq_model_definitions_workspace_name (workspace, name),
    KEY index_model_definitions_secret_id (secret_id),
    KEY index_model_definitions_provider (provider),
    KEY idx_model_definitions_workspace (workspace),
    CONSTRAINT fk_model_definitions_secret_id FOREIGN KEY (secret_id)
        REFERENCES secrets (secret_id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Endpoints of the gateway.
CREATE TABLE IF NOT EXISTS endpoints (
    endpoint_id          VARCHAR(36) NOT NULL,
    name                 VARCHAR(255),
    created_by           VARCHAR(255),
    created_at           BIGINT      NOT NULL,
    last_updated_by      VARCHAR(255),
    last_updated_at      BIGINT      NOT NULL,
    routing_strategy     VARCHAR(64),
    fallback_config_json TEXT,
    experiment_id        INT,
    usage_tracking       BOOLEAN     NOT NULL DEFAULT 0,
    workspace            VARCHAR(63) NOT NULL DEFAULT 'default',
    PRIMARY KEY (endpoint_id),
    UNIQUE KEY uq_endpoints_workspace_name (workspace, name),
    KEY fk_endpoints_experiment_id (experiment_id),
    KEY idx_endpoints_workspace (workspace),
    CONSTRAINT fk_endpoints_experiment_id FOREIGN KEY (experiment_id)
        REFERENCES experiments (experiment_id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- The models behind an endpoint, with their weights and order.
CREATE TABLE IF NOT EXISTS endpoint_model_mappings (
    mapping_id          VARCHAR(36) NOT NULL,
    endpoint_id         VARCHAR(36) NOT NULL,
    model_definition_id VARCHAR(36) NOT NULL,
    weight              FLOAT       NOT NULL,
    created_by          VARCHAR(255),
    created_at          BIGINT      NOT NULL,
    linkage_type        VARCHAR(64) NOT NULL DEFAULT 'PRIMARY',
    fallback_order      INT,
    PRIMARY KEY (mapping_id),
    UNIQUE KEY unique_endpoint_model_linkage_mapping
        (endpoint_id, model_definition_id, linkage_type),
    KEY index_endpoint_model_mappings_endpoint_id (endpoint_id),
    KEY index_endpoint_model_mappings_model_definition_id (model_definition_id),
    CONSTRAINT fk_endpoint_model_mappings_endpoint_id FOREIGN KEY (endpoint_id)
        REFERENCES endpoints (endpoint_id) ON DELETE CASCADE,
    CONSTRAINT fk_endpoint_model_mappings_model_definition_id FOREIGN KEY (model_definition_id)
        REFERENCES model_definitions (model_definition_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- What uses an endpoint.
CREATE TABLE IF NOT EXISTS endpoint_bindings (
    endpoint_id     VARCHAR(36)  NOT NULL,
    resource_type   VARCHAR(50)  NOT NULL,
    resource_id     VARCHAR(255) NOT NULL,
    created_at      BIGINT       NOT NULL,
    created_by      VARCHAR(255),
    last_updated_at BIGINT       NOT NULL,
    last_updated_by VARCHAR(255),
    display_name    VARCHAR(255),
    PRIMARY KEY (endpoint_id, resource_type, resource_id),
    CONSTRAINT fk_endpoint_bindings_endpoint_id FOREIGN KEY (endpoint_id)
        REFERENCES endpoints (endpoint_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Tags of endpoints.
CREATE TABLE IF NOT EXISTS endpoint_tags (
    `key`       VARCHAR(250) NOT NULL,
    value       VARCHAR(5000),
    endpoint_id VARCHAR(36)  NOT NULL,
    PRIMARY KEY (`key`, endpoint_id),
    KEY index_endpoint_tags_endpoint_id (endpoint_id),
    CONSTRAINT fk_endpoint_tags_endpoint_id FOREIGN KEY (endpoint_id)
        REFERENCES endpoints (endpoint_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Guardrails: a scorer, and what happens when it objects.
CREATE TABLE IF NOT EXISTS guardrails (
    guardrail_id       VARCHAR(36)  NOT NULL,
    name               VARCHAR(255) NOT NULL,
    scorer_id          VARCHAR(36)  NOT NULL,
    scorer_version     INT          NOT NULL,
    stage              VARCHAR(32)  NOT NULL,
    action             VARCHAR(32)  NOT NULL,
    action_endpoint_id VARCHAR(36),
    created_by         VARCHAR(255),
    created_at         BIGINT       NOT NULL,
    last_updated_by    VARCHAR(255),
    last_updated_at    BIGINT       NOT NULL,
    workspace          VARCHAR(63)  NOT NULL DEFAULT 'default',
    PRIMARY KEY (guardrail_id),
    KEY fk_guardrails_action_endpoint_id (action_endpoint_id),
    KEY idx_guardrails_workspace (workspace),
    KEY idx_guardrails_scorer (scorer_id, scorer_version),
    CONSTRAINT fk_guardrails_action_endpoint_id FOREIGN KEY (action_endpoint_id)
        REFERENCES endpoints (endpoint_id) ON DELETE SET NULL,
    CONSTRAINT fk_guardrails_scorer_version FOREIGN KEY (scorer_id, scorer_version)
        REFERENCES scorer_versions (scorer_id, scorer_version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- The guardrails of an endpoint.
CREATE TABLE IF NOT EXISTS guardrail_configs (
    endpoint_id     VARCHAR(36) NOT NULL,
    guardrail_id    VARCHAR(36) NOT NULL,
    execution_order INT,
    created_by      VARCHAR(255),
    created_at      BIGINT      NOT NULL,
    workspace       VARCHAR(63) NOT NULL DEFAULT 'default',
    PRIMARY KEY (endpoint_id, guardrail_id),
    KEY idx_guardrail_configs_endpoint_id (endpoint_id),
    KEY idx_guardrail_configs_guardrail_id (guardrail_id),
    CONSTRAINT fk_guardrail_configs_endpoint_id FOREIGN KEY (endpoint_id)
        REFERENCES endpoints (endpoint_id) ON DELETE CASCADE,
    CONSTRAINT fk_guardrail_configs_guardrail_id FOREIGN KEY (guardrail_id)
        REFERENCES guardrails (guardrail_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Budgets.
CREATE TABLE IF NOT EXISTS budget_policies (
    budget_policy_id VARCHAR(36) NOT NULL,
    budget_unit      VARCHAR(32) NOT NULL,
    budget_amount    FLOAT       NOT NULL,
    duration_unit    VARCHAR(32) NOT NULL,
    duration_value   INT         NOT NULL,
    target_scope     VARCHAR(32) NOT NULL,
    budget_action    VARCHAR(32) NOT NULL,
    created_by       VARCHAR(255),
    created_at       BIGINT      NOT NULL,
    last_updated_by  VARCHAR(255),
    last_updated_at  BIGINT      NOT NULL,
    workspace        VARCHAR(63) NOT NULL DEFAULT 'default',
    target_value     VARCHAR(255),
    PRIMARY KEY (budget_policy_id),
    KEY idx_budget_policies_workspace (workspace),
    KEY idx_budget_policies_target_value (target_value)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
