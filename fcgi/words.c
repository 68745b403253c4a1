#include "words.h"

#include <stdlib.h>
#include <string.h>

struct text_list words_list(struct arena *mem, const char *list)
{
    struct text_list items = { .items = arena_array(mem, const char *, strlen(list) + 1) };

    while (*list) {
        size_t n = strcspn(list, ",");

        if (n)
            items.items[items.count++] = arena_strndup(mem, list, n);
        list += n;
        list += *list == ',';
    }
    return items;
}

int64_t words_age(const char *text)
{
    static const struct {
        char unit;
        double ms;
    } units[] = { { 'd', 86400e3 }, { 'h', 3600e3 }, { 'm', 60e3 }, { 's', 1e3 } };
    double total = 0;
    size_t next = 0;

    if (!*text)
        return -1;
    while (*text) {
        char *end;
        double number = strtod(text, &end);
        size_t unit = next;

        if (end == text || text[strspn(text, "0123456789.")] == '\0')
            return -1;
        while (unit < sizeof(units) / sizeof(*units) && units[unit].unit != *end)
            unit++;
        if (unit == sizeof(units) / sizeof(*units) || strspn(text, "0123456789.") == 0)
            return -1;
        total += number * units[unit].ms;
        next = unit + 1; /* days before hours, each once */
        text = end + 1;
    }
    return total < 9e15 ? (int64_t)total : -1;
}

const char *words_size(struct arena *mem, int64_t bytes)
{
    static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
    double size = (double)bytes;
    size_t unit = 0;

    while (size >= 1000 && unit + 1 < sizeof(units) / sizeof(*units)) {
        size /= 1000;
        unit++;
    }
    return arena_printf(mem, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}
