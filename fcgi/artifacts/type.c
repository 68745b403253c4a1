#include <string.h>
#include <strings.h>

#include "artifacts.h"

struct type {
    const char *extension, *type;
};

/* MLflow shows these as text, whatever the registry of types says. */
static const char *const texts[] = {
    "txt",  "log",   "err",  "cfg",  "conf", "cnf",   "cf",      "ini",       "properties",
    "prop", "hocon", "toml", "yaml", "yml",  "xml",   "json",    "js",        "py",
    "py3",  "csv",   "tsv",  "md",   "rst",  "ipynb", "MLmodel", "MLproject",
};

/* What Python's mimetypes knows of files that models and experiments have. */
static const struct type types[] = {
    { "aac", "audio/aac" },
    { "avi", "video/x-msvideo" },
    { "avif", "image/avif" },
    { "bmp", "image/bmp" },
    { "c", "text/plain" },
    { "css", "text/css" },
    { "csv", "text/csv" },
    { "doc", "application/msword" },
    { "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
    { "geojson", "application/geo+json" },
    { "gif", "image/gif" },
    { "h", "text/plain" },
    { "h5", "application/x-hdf5" },
    { "htm", "text/html" },
    { "html", "text/html" },
    { "ico", "image/vnd.microsoft.icon" },
    { "jpe", "image/jpeg" },
    { "jpeg", "image/jpeg" },
    { "jpg", "image/jpeg" },
    { "js", "application/javascript" },
    { "json", "application/json" },
    { "md", "text/markdown" },
    { "mid", "audio/midi" },
    { "mjs", "application/javascript" },
    { "mov", "video/quicktime" },
    { "mp3", "audio/mpeg" },
    { "mp4", "video/mp4" },
    { "mpeg", "video/mpeg" },
    { "mpg", "video/mpeg" },
    { "oga", "audio/ogg" },
    { "ogg", "audio/ogg" },
    { "ogv", "video/ogg" },
    { "opus", "audio/opus" },
    { "pdf", "application/pdf" },
    { "png", "image/png" },
    { "ppt", "application/vnd.ms-powerpoint" },
    { "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
    { "ps", "application/postscript" },
    { "py", "text/x-python" },
    { "rtf", "application/rtf" },
    { "sh", "application/x-sh" },
    { "svg", "image/svg+xml" },
    { "tar", "application/x-tar" },
    { "tex", "application/x-tex" },
    { "tif", "image/tiff" },
    { "tiff", "image/tiff" },
    { "tsv", "text/tab-separated-values" },
    { "txt", "text/plain" },
    { "wasm", "application/wasm" },
    { "wav", "audio/x-wav" },
    { "webm", "video/webm" },
    { "webp", "image/webp" },
    { "xls", "application/vnd.ms-excel" },
    { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
    { "xml", "text/xml" },
    { "zip", "application/zip" },
};

/* Encodings tell nothing of what is inside: x.csv.gz is a table. */
static const char *const encodings[] = { "gz", "Z", "bz2", "xz", "br" };

static const char *type_of(const char *extension, size_t length)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
        if (strlen(types[i].extension) == length &&
            !strncasecmp(extension, types[i].extension, length))
            return types[i].type;
    return "application/octet-stream";
}

/* The part of name between its last two dots, if the last one begins an encoding. */
static const char *type_inside(const char *name, const char *dot)
{
    const char *before = dot;

    while (before > name && before[-1] != '.')
        before--;
    return before > name + 1 ? type_of(before, (size_t)(dot - before)) : "application/octet-stream";
}

static const char *last_step(const char *name)
{
    const char *slash = strrchr(name, '/');

    return slash ? slash + 1 : name;
}

/* What follows the last dot; the whole name if there is none. */
static const char *extension_of(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot && dot > name ? dot + 1 : name;
}

const char *artifact_type(const char *name)
{
    const char *extension = extension_of(last_step(name));

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (!strcmp(extension, texts[i]))
            return "text/plain";
    return artifact_guessed_type(name);
}

const char *artifact_guessed_type(const char *name)
{
    const char *dot, *extension;

    name = last_step(name);
    dot = strrchr(name, '.');
    extension = extension_of(name);
    for (size_t i = 0; i < sizeof(encodings) / sizeof(*encodings); i++)
        if (dot && !strcmp(extension, encodings[i]))
            return type_inside(name, dot);
    if (!strcasecmp(extension, "tgz"))
        return "application/x-tar";
    return extension == name ? "application/octet-stream" : type_of(extension, strlen(extension));
}
