#include "percent.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int percent_byte(const char *s, size_t left)
{
    if (left < 3 || s[0] != '%' || hex_digit(s[1]) < 0 || hex_digit(s[2]) < 0)
        return -1;
    return hex_digit(s[1]) * 16 + hex_digit(s[2]);
}

char *percent_decoded(struct arena *mem, const char *s)
{
    size_t left = strlen(s);
    char *decoded = arena_alloc(mem, left + 1), *to = decoded;

    while (left) {
        int byte = percent_byte(s, left);
        size_t taken = byte > 0 ? 3 : 1;

        *to++ = byte > 0 ? (char)byte : *s;
        s += taken;
        left -= taken;
    }
    *to = '\0';
    return decoded;
}

char *percent_encode(struct arena *mem, const char *s, const char *safe)
{
    char *encoded = arena_alloc(mem, 3 * strlen(s) + 1), *to = encoded;

    for (; *s; s++)
        if (isalnum((unsigned char)*s) || strchr(safe, *s))
            *to++ = *s;
        else
            to += sprintf(to, "%%%02X", (unsigned char)*s);
    *to = '\0';
    return encoded;
}
