#include "characters.h"

#include <ctype.h>

uint32_t code_point(const char *s, size_t *length)
{
    static const uint32_t masks[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    unsigned char c = (unsigned char)*s;
    size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
    uint32_t code = c & masks[n];

    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)s[i] & 0xC0) != 0x80) {
            *length = 1;
            return c;
        }
        code = code << 6 | ((unsigned char)s[i] & 0x3F);
    }
    *length = n;
    return code;
}

static bool code_is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F) || c == 0x85 ||
           c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

/* Letters and digits of all scripts: everything but the blocks of signs. The few
 * signs this takes for letters cost no more than another text of an error. */
static bool code_is_word(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } signs[] = {
        { 0x80, 0xA9 },     { 0xAB, 0xB1 },     { 0xB4, 0xB4 },     { 0xB6, 0xB8 },
        { 0xBB, 0xBB },     { 0xBF, 0xBF },     { 0xD7, 0xD7 },     { 0xF7, 0xF7 },
        { 0x300, 0x36F },   { 0x2000, 0x206F }, { 0x20A0, 0x20FF }, { 0x2190, 0x245F },
        { 0x2500, 0x2775 }, { 0x2794, 0x2BFF }, { 0x3000, 0x3004 }, { 0x3008, 0x3020 },
        { 0x3030, 0x3030 }, { 0x303D, 0x303D }, { 0x30A0, 0x30A0 }, { 0x30FB, 0x30FB },
        { 0xE000, 0xF8FF }, { 0xFE00, 0xFE6F }, { 0xFF01, 0xFF0F }, { 0xFF1A, 0xFF20 },
        { 0xFF3B, 0xFF40 }, { 0xFF5B, 0xFF65 }, { 0xFFE0, 0xFFFF }, { 0x1F000, 0x1FAFF },
    };

    if (c < 0x80)
        return isalnum((int)c) || c == '_';
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (c >= signs[i].first && c <= signs[i].last)
            return false;
    return !code_is_space(c);
}

size_t space_at(const char *s)
{
    size_t n;
    uint32_t code = code_point(s, &n);

    return *s && code_is_space(code) ? n : 0;
}

const char *skip_spaces(const char *s)
{
    size_t n;

    while ((n = space_at(s)))
        s += n;
    return s;
}

size_t word_char_at(const char *s)
{
    size_t n;
    uint32_t code = code_point(s, &n);

    return *s && code_is_word(code) ? n : 0;
}

size_t word_length(const char *s)
{
    const char *end = s;
    size_t n;

    while ((n = word_char_at(end)))
        end += n;
    return (size_t)(end - s);
}

bool letter_at(const char *s)
{
    size_t n;
    uint32_t code = code_point(s, &n);

    return code < 0x80 ? isalpha((int)code)
                       : (code >= 0xC0 && code <= 0xDC) || (code >= 0xE0 && code <= 0xFC);
}
