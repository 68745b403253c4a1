#include "base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_read(const char *s, char *bytes, size_t *length)
{
    unsigned left = 0; /* of the digit before */
    int place = 0, padding = 0;

    *length = 0;
    for (; *s; s++) {
        const char *digit = strchr(alphabet, *s);
        unsigned value = (unsigned)(digit ? digit - alphabet : 0);

        if (*s == '=') {
            if (place >= 2 && place + ++padding >= 4)
                return 0;
            continue;
        }
        if (!digit)
            continue;
        padding = 0;
        if (place > 0)
            bytes[(*length)++] = (char)(left << (2 * place) | value >> (6 - 2 * place));
        left = value & (0x3Fu >> (2 * place));
        place = (place + 1) % 4;
    }
    return place ? -1 : 0;
}

const char *base64_write(struct arena *mem, const char *bytes, size_t length)
{
    char *text = arena_alloc(mem, (length + 2) / 3 * 4 + 1), *to = text;

    for (size_t i = 0; i < length; i += 3) {
        unsigned b = 0;

        for (size_t k = 0; k < 3; k++)
            b = b << 8 | (i + k < length ? (unsigned char)bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            *to++ = i + k <= length ? alphabet[b >> (18 - 6 * k) & 0x3F] : '=';
    }
    return text;
}
