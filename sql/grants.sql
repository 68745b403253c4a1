-- The database and its users, to be run once by the database's administrator.
-- Change the passwords, and the hosts if the database is on another machine.

CREATE DATABASE IF NOT EXISTS cairn CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;

-- Serves: reads and writes rows, changes no table.
CREATE USER IF NOT EXISTS 'cairn'@'localhost' IDENTIFIED BY 'change me';

GRANT SELECT, INSERT, UPDATE, DELETE ON cairn.* TO 'cairn'@'localhost';

-- Runs `cairn db migrate`. With a binary log the server must have
-- log_bin_trust_function_creators = ON, for the schema has a trigger.
CREATE USER IF NOT EXISTS 'cairn_admin'@'localhost' IDENTIFIED BY 'change me too';

GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES, TRIGGER
    ON cairn.* TO 'cairn_admin'@'localhost';
