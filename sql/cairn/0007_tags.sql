-- Runs by the value of a tag: those below another run, which a tag of theirs names, before all.
CREATE INDEX cairn_tags_value
    ON tags (`key`, value(64))
    ALGORITHM=INPLACE LOCK=NONE;
