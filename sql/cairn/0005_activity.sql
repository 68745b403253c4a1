-- What is going on, and what has ended lately.

-- Runs by their status; those that ended, by when; and how many of each an experiment
-- has, from this index alone.
CREATE INDEX cairn_runs_status
    ON runs (lifecycle_stage, status, end_time, experiment_id, start_time)
    ALGORITHM=INPLACE LOCK=NONE;
