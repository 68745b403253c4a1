-- What the quotas of experiments are held against.

-- bytes and files of the artifacts whose paths begin with directory: the id of an
-- experiment as a rule. Not kept up while there is no quota; counted anew by
-- `cairn gc`, and where there is no row.
CREATE TABLE IF NOT EXISTS cairn_usage (
    directory VARBINARY(255) NOT NULL,
    bytes     BIGINT         NOT NULL,
    files     BIGINT         NOT NULL,
    counted   BIGINT         NOT NULL, -- milliseconds since the epoch
    PRIMARY KEY (directory)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
