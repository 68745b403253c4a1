#include "utf8.h"

/* Bytes of the sequence that starts with c, or 0. */
static size_t sequence(unsigned char c)
{
    if (c < 0x80)
        return 1;
    if (c >= 0xc2 && c < 0xe0)
        return 2;
    if (c >= 0xe0 && c < 0xf0)
        return 3;
    if (c >= 0xf0 && c < 0xf5)
        return 4;
    return 0;
}

bool utf8_is_valid(const char *s, size_t length)
{
    for (size_t i = 0; i < length;) {
        unsigned char first = (unsigned char)s[i], second = 0;
        size_t n = sequence(first);

        if (!n || n > length - i)
            return false;
        for (size_t k = 1; k < n; k++)
            if (((unsigned char)s[i + k] & 0xc0) != 0x80)
                return false;
        if (n > 1)
            second = (unsigned char)s[i + 1];
        /* Overlong forms, surrogates, and what lies behind U+10FFFF. */
        if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
            (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
            return false;
        i += n;
    }
    return true;
}

size_t utf8_length(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

size_t utf8_offset(const char *s, size_t n)
{
    const char *at = s;

    while (n-- && *at) {
        at++;
        while (((unsigned char)*at & 0xc0) == 0x80)
            at++;
    }
    return (size_t)(at - s);
}

uint32_t utf8_next(const char **s)
{
    const unsigned char *at = (const unsigned char *)*s;
    size_t n = sequence(*at);
    uint32_t c = *at;

    if (!*at)
        return 0;
    if (n > 1)
        c &= 0x7fU >> n;
    for (size_t k = 1; k < n; k++)
        c = c << 6 | (at[k] & 0x3fU);
    *s += n ? n : 1;
    return c;
}
