/* The tables as JSON: what `cairn describe` prints, and the tests hold against
 * the real MLflow client. */
#pragma once

#include <stdio.h>

void describe(FILE *to);
