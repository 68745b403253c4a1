-- Indexes that MLflow lacks. They are made while both servers work.

-- A page of an experiment's runs, newest first.
CREATE INDEX cairn_runs_page
    ON runs (experiment_id, lifecycle_stage, start_time DESC, run_uuid)
    ALGORITHM=INPLACE LOCK=NONE;

-- MLflow has this one for the foreign key only, and such an index goes by itself
-- when another begins with its column. It stays, so that the one above can go.
CREATE INDEX experiment_id
    ON runs (experiment_id)
    ALGORITHM=INPLACE LOCK=NONE;

-- Runs by the value of a parameter.
CREATE INDEX cairn_params_value
    ON params (`key`, value(64))
    ALGORITHM=INPLACE LOCK=NONE;

-- Runs by, and in the order of, the last value of a metric.
CREATE INDEX cairn_latest_metrics_value
    ON latest_metrics (`key`, is_nan, value)
    ALGORITHM=INPLACE LOCK=NONE;
