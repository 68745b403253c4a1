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
    { "bz2", "application/x-bzip2" },
    { "css", "text/css" },
    { "doc", "application/msword" },
    { "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
    { "geojson", "application/geo+json" },
    { "gif", "image/gif" },
    { "gz", "application/gzip" },
    { "h5", "application/x-hdf5" },
    { "htm", "text/html" },
    { "html", "text/html" },
    { "ico", "image/vnd.microsoft.icon" },
    { "jpeg", "image/jpeg" },
    { "jpg", "image/jpeg" },
    { "jsonl", "application/jsonl" },
    { "mid", "audio/midi" },
    { "mjs", "text/javascript" },
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
    { "rtf", "application/rtf" },
    { "sh", "application/x-sh" },
    { "svg", "image/svg+xml" },
    { "tar", "application/x-tar" },
    { "tex", "application/x-tex" },
    { "tif", "image/tiff" },
    { "tiff", "image/tiff" },
    { "wasm", "application/wasm" },
    { "wav", "audio/x-wav" },
    { "webm", "video/webm" },
    { "webp", "image/webp" },
    { "xls", "application/vnd.ms-excel" },
    { "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
    { "xz", "application/x-xz" },
    { "zip", "application/zip" },
};

const char *artifact_type(const char *name)
{
    const char *slash = strrchr(name, '/'), *dot;

    name = slash ? slash + 1 : name;
    dot = strrchr(name, '.');
    name = dot ? dot + 1 : name;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (!strcmp(name, texts[i]))
            return "text/plain";
    for (size_t i = 0; dot && i < sizeof(types) / sizeof(*types); i++)
        if (!strcasecmp(name, types[i].extension))
            return types[i].type;
    return "application/octet-stream";
}
