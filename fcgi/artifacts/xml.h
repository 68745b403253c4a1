/* Reads the XML that stores answer with: elements and their texts. */
#pragma once

#include "../error.h"

/* Called at the end of each element, children before parents, with the names from the
 * root to it ("ListBucketResult/Contents/Key", without prefixes of namespaces) and its
 * own text, "" for none; both are kept in the arena. */
typedef void xml_element(void *context, const char *path, const char *text);

/* Reads a document whole: -1, without setting an error, if it is no XML, is nested
 * deeper than any reply, or has a document type: entities are never expanded. */
int xml_read(struct arena *, const char *document, size_t length, xml_element *element,
             void *context) MUST_CHECK;
