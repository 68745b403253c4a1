#include "test.h"

#include <string.h>

#include "search/lexer.h"

static struct arena *mem;

/* One letter for each lexeme; blanks are left out. */
static const char *types(const char *text)
{
    static const char letters[] = {
        [LEX_SPACE] = ' ',        [LEX_NEWLINE] = ' ',     [LEX_COMMENT] = 'c',
        [LEX_LINE_COMMENT] = 'C', [LEX_NAME] = 'n',        [LEX_SYMBOL] = 's',
        [LEX_TEXT] = 't',         [LEX_INTEGER] = 'i',     [LEX_FLOAT] = 'f',
        [LEX_HEX] = 'x',          [LEX_KEYWORD] = 'k',     [LEX_BUILTIN] = 'b',
        [LEX_ORDER] = 'o',        [LEX_PLACEHOLDER] = 'p', [LEX_COMPARISON] = '<',
        [LEX_OPERATOR] = '+',     [LEX_WILDCARD] = '*',    [LEX_ASSIGNMENT] = ':',
        [LEX_PUNCTUATION] = '.',  [LEX_OTHER] = '?',
    };
    struct lexemes lexemes = lex(mem, text, 1000);
    char *s = arena_alloc(mem, lexemes.count + 1), *to = s;

    for (size_t i = 0; i < lexemes.count; i++)
        if (letters[lexemes.items[i].type] != ' ')
            *to++ = letters[lexemes.items[i].type];
    return s;
}

static void names_and_keywords_are_told_apart(void **state)
{
    (void)state;
    assert_string_equal(types("metrics.loss > 0"), "n.n<i");
    assert_string_equal(types("user"), "k");
    assert_string_equal(types("tags.user"), "n.n");
    assert_string_equal(types("user.name user (x) user(x)"), "n.nk.n.n.n.");
    assert_string_equal(types("metrics.in metrics.from"), "n.kn.k");
    assert_string_equal(types("Status status_x _user x$1#"), "nnnn");
    assert_string_equal(types("timestamp date.x"), "bn.n");
    assert_string_equal(types("`a``b` [a b] a[0]"), "nnn.i.");
    assert_string_equal(types("params.損失 \xE3\x80\x80 é"), "n.nn");
    assert_string_equal(types("#ab ##ab @ab #a"), "nnn+n");
}

static void numbers_end_where_python_ends_them(void **state)
{
    (void)state;
    assert_string_equal(types("1 -1 1. .5 -.5 1.5 1e5 1E-5 1.5e3"), "iifffffff");
    assert_string_equal(types("0x1F -0xa"), "xx");
    assert_string_equal(types("1e+5"), "n+i");
    assert_string_equal(types("1.2.3"), "ff");
    assert_string_equal(types("12ab"), "in");  /* 1 and 2ab */
    assert_string_equal(types("1.2ab"), "fn"); /* 1. and 2ab */
    assert_string_equal(types("2ab"), "n");
    assert_string_equal(types("1e5ab"), "fn");
    assert_string_equal(types("a-1"), "ni");
    assert_string_equal(types("a - 1"), "n+i");
    assert_string_equal(types("a --1"), "nC");
}

static void quotes_end_at_the_last_possible_place(void **state)
{
    (void)state;
    assert_string_equal(types("'it''s'"), "t");
    assert_string_equal(types("'a\\'b'"), "t");
    assert_string_equal(types("'a\\'"), "t");
    assert_string_equal(types("'a''"), "t?"); /* the second quote ends it */
    assert_string_equal(types("\"a\\\"b\" \"\" ''"), "sst");
    assert_string_equal(types("'a"), "?n");
    assert_string_equal(types("'"), "?");
    assert_string_equal(types("`a"), "?n");
}

static void words_go_together(void **state)
{
    (void)state;
    assert_string_equal(types("IS NOT NULL"), "kk");
    assert_string_equal(types("is not\tnull"), "kk");
    assert_string_equal(types("NOT LIKE x"), "<n");
    assert_string_equal(types("not  ilike rlike REGEXP BINARY"), "<<<");
    assert_string_equal(types("NOT IN"), "kk");
    assert_string_equal(types("liked"), "n");
    assert_string_equal(types("a ASC NULLS LAST"), "no");
    assert_string_equal(types("desc nulls"), "on");
    assert_string_equal(types("ORDER BY x"), "kn");
}

static void signs_go_together(void **state)
{
    (void)state;
    assert_string_equal(types("<=> != ! ~"), "<<<<");
    assert_string_equal(types("a:=1 a::int"), "n:in.b");
    assert_string_equal(types("? %s :x $1 %(x)s"), "ppppp");
    assert_string_equal(types("a:x"), "n.n");
    assert_string_equal(types("-> ->> + || *"), "++++*");
    assert_string_equal(types("/* c */ x -- rest\ny # z"), "cnCnC");
    assert_string_equal(types("/* c"), "+*n");
    assert_string_equal(types("\\word \\ {"), "???");
}

static void nothing_of_the_text_is_lost(void **state)
{
    static const char text[] = "a\r\n'\xFF\xE3\x80 \"\x7F[] \\\n\xF0\x9F\x98\x80.";
    struct lexemes lexemes = lex(mem, text, 1000);
    size_t total = 0;

    (void)state;
    for (size_t i = 0; i < lexemes.count; i++) {
        assert_ptr_equal(lexemes.items[i].at, text + total);
        total += lexemes.items[i].length;
    }
    assert_int_equal(total, strlen(text));
}

static void the_limit_ends_the_reading(void **state)
{
    (void)state;
    assert_int_equal(lex(mem, "a b c d e", 4).count, 4);
}

static int setup(void **state)
{
    (void)state;
    mem = arena_create(0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(mem);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_keywords_are_told_apart),
        cmocka_unit_test(numbers_end_where_python_ends_them),
        cmocka_unit_test(quotes_end_at_the_last_possible_place),
        cmocka_unit_test(words_go_together),
        cmocka_unit_test(signs_go_together),
        cmocka_unit_test(nothing_of_the_text_is_lost),
        cmocka_unit_test(the_limit_ends_the_reading),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
