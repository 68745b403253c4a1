-- The row MLflow expects, and at the very end its revision: before that row is there,
-- nobody takes the schema for complete.

-- MLflow's own record of its schema.
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

INSERT INTO workspaces (name, description)
SELECT 'default', 'Default workspace for legacy resources'
 WHERE NOT EXISTS (SELECT 1 FROM workspaces WHERE name = 'default');

INSERT INTO alembic_version (version_num) VALUES ('dc11669786a5');
