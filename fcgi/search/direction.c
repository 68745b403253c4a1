#include "direction.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *word;
    enum {
        PART_OF_NAME,
        WHOLE_WORD,
        TURNS_AROUND,
    } kind;
} rules[] = {
#define PART(word)    { word, PART_OF_NAME },
#define WORD(word)    { word, WHOLE_WORD },
#define INVERSE(word) { word, TURNS_AROUND },
#include "directions.def"
#undef PART
#undef WORD
#undef INVERSE
};

enum {
    LONGEST = 256 /* of the names that are read: a key has 250 letters at most */
};

/* "_val_logloss_top_5_" of val_LogLoss/top-5: an upper letter after a small one begins a
 * word as well, but "LogLoss" is of one word's letters and found as a part. */
static void words_of(const char *key, char words[LONGEST])
{
    size_t n = 0;

    words[n++] = '_';
    for (const char *s = key; *s && n < LONGEST - 3; s++) {
        unsigned char c = (unsigned char)*s;

        if (!isalnum(c) && c < 0x80) {
            if (words[n - 1] != '_')
                words[n++] = '_';
            continue;
        }
        if (isupper(c) && s > key && islower((unsigned char)s[-1]))
            words[n++] = '_';
        words[n++] = (char)tolower(c);
    }
    words[n++] = '_';
    words[n] = '\0';
}

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);

    for (const char *s = words; (s = strstr(s, word)); s++)
        if (s[-1] == '_' && s[length] == '_')
            return true;
    return false;
}

bool name_is_minimized(const char *key)
{
    bool minimized = false, turned = false;
    char words[LONGEST];

    words_of(key, words);
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
        switch (rules[i].kind) {
        case PART_OF_NAME:
            minimized |= strstr(words, rules[i].word) != NULL;
            break;
        case WHOLE_WORD:
            minimized |= has_word(words, rules[i].word);
            break;
        case TURNS_AROUND:
            turned |= has_word(words, rules[i].word);
            break;
        }
    return minimized != turned;
}

/* Tags that say neither are passed by, as those that are not there. */
void minimized_condition(struct sql *sql, const char *key)
{
    sql_add(sql,
            "COALESCE((SELECT CASE WHEN lower(t.value) IN ('minimize', 'min') THEN 1"
            " WHEN lower(t.value) IN ('maximize', 'max') THEN 0 END"
            " FROM experiment_tags t WHERE t.experiment_id = r.experiment_id"
            " AND t.`key` = ? AND BINARY t.`key` = ?), ",
            text(arena_printf(sql->mem, "cairn.metric.direction.%s", key)),
            text(arena_printf(sql->mem, "cairn.metric.direction.%s", key)));
    sql_add(sql,
            "(SELECT CASE lower(g.value) WHEN 'true' THEN 0 WHEN 'false' THEN 1 END"
            " FROM experiment_tags n JOIN experiment_tags g ON g.experiment_id = n.experiment_id"
            " AND g.`key` = 'mlflow.experiment.primaryMetric.greaterIsBetter'"
            " WHERE n.experiment_id = r.experiment_id"
            " AND n.`key` = 'mlflow.experiment.primaryMetric.name' AND BINARY n.value = ?), ?)",
            text(key), integer(name_is_minimized(key)));
}
