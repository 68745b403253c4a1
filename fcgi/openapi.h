/* The table of endpoints as an OpenAPI 3.0 document: `cairn describe openapi`. */
#pragma once

#include <stdio.h>

void openapi(FILE *to);
