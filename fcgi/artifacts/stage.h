/* The janitor of stage_dir: what was begun there and that nobody will finish. */
#pragma once

#include "../config.h"

/* Removes what nobody has touched for upload_lifetime: uploads in parts, and files of
 * requests whose nginx or worker died. Says in the log what it was. */
void stage_clean(const struct config *);
