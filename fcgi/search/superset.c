/* AND, OR, NOT and parentheses by recursive descent; what stands between them is a
 * clause. */
#include "superset.h"

#include "slice.h"
#include "superset_clause.h"

struct reader {
    const struct search_ctx *cx;
    enum search_what what;
    struct lexemes lexemes; /* without blanks */
    size_t at;
    int depth, comparisons;
};

static bool or_read(struct reader *, struct expr *);

static bool is_sign(const struct reader *rd, size_t i, const char *sign)
{
    return i < rd->lexemes.count && rd->lexemes.items[i].type == LEX_PUNCTUATION &&
           word_is(rd->lexemes.items[i].at, rd->lexemes.items[i].length, sign);
}

/* A keyword; right before a parenthesis the lexer takes it for a function's name. */
static bool is_word(const struct reader *rd, size_t i, const char *word)
{
    const struct lexeme *l = &rd->lexemes.items[i];

    if (i >= rd->lexemes.count || !word_is(l->at, l->length, word))
        return false;
    return l->type == LEX_KEYWORD ||
           (l->type == LEX_NAME && is_sign(rd, i + 1, "(") && !(i > 0 && is_sign(rd, i - 1, ".")));
}

static bool take_word(struct reader *rd, const char *word)
{
    bool is = is_word(rd, rd->at, word);

    rd->at += is;
    return is;
}

static bool take_sign(struct reader *rd, const char *sign)
{
    bool is = is_sign(rd, rd->at, sign);

    rd->at += is;
    return is;
}

/* Where the clause from here on ends: at AND, but not that of BETWEEN, at OR, at the
 * parenthesis that closes a group. */
static size_t clause_end(const struct reader *rd)
{
    bool between = false;
    size_t i = rd->at;
    int level = 0;

    for (; i < rd->lexemes.count; i++) {
        if (is_sign(rd, i, ")") && level-- == 0)
            break;
        level += is_sign(rd, i, "(");
        if (level)
            continue;
        if (is_word(rd, i, "OR") || (is_word(rd, i, "AND") && !between))
            break;
        if (is_word(rd, i, "AND"))
            between = false;
        if (is_word(rd, i, "BETWEEN"))
            between = true;
    }
    return i;
}

static bool comparison_take(struct reader *rd, struct expr *e)
{
    size_t from = rd->at;

    rd->at = clause_end(rd);
    *e = (struct expr){ .kind = EXPR_COMPARISON };
    return ++rd->comparisons <= FILTER_COMPARISONS &&
           clause_read(rd->cx, rd->what, &rd->lexemes.items[from], rd->at - from, &e->comparison);
}

static bool unary_read(struct reader *rd, struct expr *e)
{
    bool done;

    if (++rd->depth > FILTER_DEPTH)
        return false;
    if (take_word(rd, "NOT")) {
        *e = (struct expr){ .kind = EXPR_NOT, .items = arena_new(rd->cx->mem, struct expr) };
        e->count = 1;
        done = unary_read(rd, e->items);
    } else if (take_sign(rd, "(")) {
        done = or_read(rd, e) && take_sign(rd, ")");
    } else {
        done = comparison_take(rd, e);
    }
    rd->depth--;
    return done;
}

/* Parts with the word between them; one part alone is itself. */
static bool chain_read(struct reader *rd, struct expr *e, enum expr_kind kind, const char *word,
                       bool (*part_read)(struct reader *, struct expr *))
{
    struct expr *items = NULL;
    size_t count = 0, room = 0;

    do {
        if (count == room) {
            size_t more = room ? room * 2 : 2;

            items = arena_grow(rd->cx->mem, items, room * sizeof *items, more * sizeof *items);
            room = more;
        }
        if (!part_read(rd, &items[count++]))
            return false;
    } while (take_word(rd, word));
    *e = items[0];
    if (count > 1)
        *e = (struct expr){ .kind = kind, .items = items, .count = count };
    return true;
}

static bool and_read(struct reader *rd, struct expr *e)
{
    return chain_read(rd, e, EXPR_AND, "AND", unary_read);
}

static bool or_read(struct reader *rd, struct expr *e)
{
    return chain_read(rd, e, EXPR_OR, "OR", and_read);
}

bool superset_parse(const struct search_ctx *cx, enum search_what what, const char *filter,
                    struct expr *all)
{
    struct error quiet = { .mem = cx->mem };
    const struct search_ctx own = { &quiet, cx->mem };
    struct reader rd = { .cx = &own, .what = what };
    struct expr *e = arena_new(cx->mem, struct expr);

    if (!lex_words(cx->mem, filter, &rd.lexemes) || !or_read(&rd, e) || rd.at < rd.lexemes.count)
        return false;
    *all = *e;
    if (e->kind != EXPR_AND)
        *all = (struct expr){ .kind = EXPR_AND, .items = e, .count = 1 };
    return true;
}
