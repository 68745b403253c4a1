-- Saved views of runs that belong to no experiment; those of an experiment are its tags.

-- state is the query string of the page. Without a name it is a link that somebody
-- shared, whose address would be too long.
CREATE TABLE IF NOT EXISTS cairn_views (
    view_id CHAR(12) NOT NULL,
    name    VARCHAR(100),
    state   TEXT     NOT NULL,
    created BIGINT   NOT NULL, -- milliseconds since the epoch
    updated BIGINT   NOT NULL,
    PRIMARY KEY (view_id),
    KEY updated (updated)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
