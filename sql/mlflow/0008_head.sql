-- The rows MLflow expects, and at the very end its revision: before that row
-- is there, neither server takes the schema for complete.

INSERT INTO workspaces (name, description)
SELECT 'default', 'Default workspace for legacy resources' FROM DUAL
 WHERE NOT EXISTS (SELECT 1 FROM workspaces WHERE name = 'default');

-- The migrator sets @default_artifact_root, and NO_AUTO_VALUE_ON_ZERO for the id.
INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage,
                         creation_time, last_update_time, workspace)
SELECT 0, 'Default', CONCAT(TRIM(TRAILING '/' FROM @default_artifact_root), '/0'), 'active',
       CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED),
       CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED), 'default' FROM DUAL
 WHERE NOT EXISTS (SELECT 1 FROM experiments WHERE experiment_id = 0);

-- MLflow's own record of its schema.
CREATE TABLE IF NOT EXISTS alembic_version (
    version_num VARCHAR(32) NOT NULL,
    PRIMARY KEY (version_num)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;

INSERT INTO alembic_version (version_num)
SELECT 'dc11669786a5' FROM DUAL
 WHERE NOT EXISTS (SELECT 1 FROM alembic_version);
