#include "checksums.h"

#include "../artifacts/digest.h"
#include "../store/checksums.h"

static bool is_recorded(const struct request *rq, const struct artifact_store *store)
{
    return rq->config->artifact_checksums && !artifact_is_remote(store);
}

int upload_checksum_begin(struct request *rq, const struct artifact_store *store, const char *path)
{
    const char *location = artifact_location(store, path);
    char hash[DIGEST_TEXT];

    if (!is_recorded(rq, store))
        return 0;
    digest_of(location, hash);
    return checksum_hold(rq->db, hash, location, now_ms());
}

int upload_checksum_end(struct request *rq, const struct artifact_store *store, const char *path)
{
    char hash[DIGEST_TEXT], sha256[DIGEST_TEXT];
    int64_t size;

    if (!is_recorded(rq, store))
        return 0;
    digest_of(artifact_location(store, path), hash);
    if (artifact_digest(store, path, sha256, &size) < 0)
        return -1;
    return checksum_set(rq->db, hash, size, sha256, now_ms());
}

int upload_checksum_forget(struct request *rq, const struct artifact_store *store, const char *path)
{
    return is_recorded(rq, store) ? checksum_forget(rq->db, artifact_location(store, path)) : 0;
}
