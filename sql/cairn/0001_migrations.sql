-- What was done to this database, by this table's files: area/name.sql.

-- finished is NULL while a migration runs, and after it was interrupted.
CREATE TABLE IF NOT EXISTS cairn_migrations (
    area     VARCHAR(16) NOT NULL,
    number   INT         NOT NULL,
    name     VARCHAR(64) NOT NULL,
    checksum CHAR(64)    NOT NULL, -- SHA-256 of the file
    version  VARCHAR(32) NOT NULL, -- of Cairn
    started  BIGINT      NOT NULL, -- milliseconds since the epoch
    finished BIGINT,
    PRIMARY KEY (area, number)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
