-- The server's own work: MCP registry, webhooks, jobs.

-- MCP servers.
CREATE TABLE IF NOT EXISTS mcp_servers (
    workspace       VARCHAR(63)  NOT NULL DEFAULT 'default',
    name            VARCHAR(256) NOT NULL,
    display_name    VARCHAR(256),
    description     TEXT,
    icons           JSON,
    created_by      VARCHAR(256),
    last_updated_by VARCHAR(256),
    created_at      BIGINT       NOT NULL,
    last_updated_at BIGINT       NOT NULL,
    PRIMARY KEY (workspace, name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Versions of MCP servers; the version in parts is for sorting.
CREATE TABLE IF NOT EXISTS mcp_server_versions (
    workspace                   VARCHAR(63)  NOT NULL DEFAULT 'default',
    name                        VARCHAR(256) NOT NULL,
    version                     VARCHAR(128) NOT NULL,
    version_major               INT          NOT NULL,
    version_minor               INT          NOT NULL,
    version_patch               INT          NOT NULL,
    version_prerelease_sort_key VARCHAR(512) NOT NULL,
    server_json                 JSON         NOT NULL,
    status                      VARCHAR(20)  NOT NULL DEFAULT 'draft',
    tools                       JSON,
    source                      VARCHAR(512),
    connect_options             JSON,
    created_by                  VARCHAR(256),
    last_updated_by             VARCHAR(256),
    created_at                  BIGINT       NOT NULL,
    last_updated_at             BIGINT       NOT NULL,
    PRIMARY KEY (workspace, name, version),
    KEY idx_mcp_server_versions_latest
        (workspace, name, status, version_major DESC, version_minor DESC, version_patch DESC),
    CONSTRAINT mcp_server_versions_server_fkey FOREIGN KEY (workspace, name)
        REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Tags of versions of MCP servers.
CREATE TABLE IF NOT EXISTS mcp_server_version_tags (
    workspace VARCHAR(63)  NOT NULL DEFAULT 'default',
    name      VARCHAR(256) NOT NULL,
    version   VARCHAR(128) NOT NULL,
    `key`     VARCHAR(250) NOT NULL,
    value     VARCHAR(5000),
    PRIMARY KEY (workspace, name, version, `key`),
    CONSTRAINT mcp_server_version_tags_version_fkey FOREIGN KEY (workspace, name, version)
        REFERENCES mcp_server_versions (workspace, name, version)
        ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Tags of MCP servers.
CREATE TABLE IF NOT EXISTS mcp_server_tags (
    workspace VARCHAR(63)  NOT NULL DEFAULT 'default',
    name      VARCHAR(256) NOT NULL,
    `key`     VARCHAR(250) NOT NULL,
    value     VARCHAR(5000),
    PRIMARY KEY (workspace, name, `key`),
    CONSTRAINT mcp_server_tags_server_fkey FOREIGN KEY (workspace, name)
        REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Aliases of versions of MCP servers.
CREATE TABLE IF NOT EXISTS mcp_server_aliases (
    workspace VARCHAR(63)  NOT NULL DEFAULT 'default',
    name      VARCHAR(256) NOT NULL,
    alias     VARCHAR(256) NOT NULL,
    version   VARCHAR(128) NOT NULL,
    PRIMARY KEY (workspace, name, alias),
    CONSTRAINT mcp_server_aliases_server_fkey FOREIGN KEY (workspace, name)
        REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Where MCP servers are reached.
CREATE TABLE IF NOT EXISTS mcp_access_endpoints (
    id              VARCHAR(36)   NOT NULL,
    workspace       VARCHAR(63)   NOT NULL DEFAULT 'default',
    server_name     VARCHAR(256)  NOT NULL,
    server_version  VARCHAR(128),
    server_alias    VARCHAR(256),
    url             VARCHAR(2048) NOT NULL,
    transport_type  VARCHAR(32)   NOT NULL DEFAULT 'streamable-http',
    created_by      VARCHAR(256),
    last_updated_by VARCHAR(256),
    created_at      BIGINT        NOT NULL,
    last_updated_at BIGINT        NOT NULL,
    PRIMARY KEY (id),
    KEY ix_mcp_access_endpoints_server_name (workspace, server_name),
    KEY ix_mcp_access_endpoints_version (workspace, server_name, server_version),
    KEY ix_mcp_access_endpoints_alias (workspace, server_name, server_alias),
    CONSTRAINT mcp_access_endpoints_server_fkey FOREIGN KEY (workspace, server_name)
        REFERENCES mcp_servers (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Webhooks; the secret is encrypted.
CREATE TABLE IF NOT EXISTS webhooks (
    webhook_id             VARCHAR(256) NOT NULL,
    name                   VARCHAR(256) NOT NULL,
    description            VARCHAR(1000),
    url                    VARCHAR(500) NOT NULL,
    status                 VARCHAR(20)  NOT NULL DEFAULT 'ACTIVE',
    secret                 VARCHAR(1000),
    creation_timestamp     BIGINT,
    last_updated_timestamp BIGINT,
    deleted_timestamp      BIGINT,
    workspace              VARCHAR(63)  NOT NULL DEFAULT 'default',
    PRIMARY KEY (webhook_id),
    KEY idx_webhooks_status (status),
    KEY idx_webhooks_name (name),
    KEY idx_webhooks_workspace (workspace)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- What a webhook is called for.
CREATE TABLE IF NOT EXISTS webhook_events (
    webhook_id VARCHAR(256) NOT NULL,
    entity     VARCHAR(50)  NOT NULL,
    action     VARCHAR(50)  NOT NULL,
    PRIMARY KEY (webhook_id, entity, action),
    KEY idx_webhook_events_entity (entity),
    KEY idx_webhook_events_action (action),
    KEY idx_webhook_events_entity_action (entity, action),
    CONSTRAINT webhook_events_ibfk_1 FOREIGN KEY (webhook_id)
        REFERENCES webhooks (webhook_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Jobs in the background.
CREATE TABLE IF NOT EXISTS jobs (
    id                  VARCHAR(36) NOT NULL,
    creation_time       BIGINT      NOT NULL,
    job_name            VARCHAR(500),
    params              TEXT        NOT NULL,
    timeout             DOUBLE,
    status              INT         NOT NULL,
    result              TEXT,
    retry_count         INT         NOT NULL,
    last_update_time    BIGINT      NOT NULL,
    workspace           VARCHAR(63) NOT NULL DEFAULT 'default',
    status_details      JSON,
    creator             VARCHAR(255),
    executor_backend    VARCHAR(255),
    lease_expires_at    BIGINT,
    status_message      TEXT,
    progress            JSON,
    progress_updated_at BIGINT,
    token_hash          VARCHAR(64),
    scoped_permissions  JSON,
    next_attempt_at     BIGINT,
    PRIMARY KEY (id),
    KEY index_jobs_name_status_creation_time (job_name, workspace, status, creation_time),
    KEY index_jobs_status_lease_expires_at (status, lease_expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Locks of jobs that exclude each other.
CREATE TABLE IF NOT EXISTS job_locks (
    lock_key    VARCHAR(255) NOT NULL,
    job_id      VARCHAR(36)  NOT NULL,
    acquired_at BIGINT       NOT NULL,
    PRIMARY KEY (lock_key),
    KEY index_job_locks_job_id (job_id),
    CONSTRAINT fk_job_locks_job_id FOREIGN KEY (job_id) REFERENCES jobs (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

-- Who runs the periodic tasks.
CREATE TABLE IF NOT EXISTS scheduler_leases (
    lease_key   VARCHAR(255) NOT NULL,
    acquired_at BIGINT       NOT NULL,
    ttl_seconds INT          NOT NULL,
    PRIMARY KEY (lease_key)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
