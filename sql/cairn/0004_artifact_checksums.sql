-- SHA-256 of artifacts, recorded at upload (the setting artifact_checksums).

-- location is where the artifact is, as a URI; path_hash its SHA-256, for it is
-- too long for a key. Whoever uploads holds the row until the bytes are in place.
CREATE TABLE IF NOT EXISTS cairn_artifact_checksums (
    path_hash CHAR(64)        NOT NULL,
    location  VARBINARY(6000) NOT NULL,
    size      BIGINT          NOT NULL, -- bytes
    sha256    CHAR(64)        NOT NULL,
    recorded  BIGINT          NOT NULL, -- milliseconds since the epoch
    PRIMARY KEY (path_hash),
    KEY location (location(255))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
