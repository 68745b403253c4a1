#include "auth.h"

#include "api/endpoints.h"

int authenticate(struct request *rq)
{
    rq->user = "";
    return 0;
}

int authorise(struct request *rq)
{
    switch (rq->endpoint->allow.verb) {
    case ALLOW_PUBLIC:
    case ALLOW_READ:
    case ALLOW_UPDATE:
    case ALLOW_DELETE:
    case ALLOW_CREATE:
    case ALLOW_SEARCH:
        return 0;
    }
    return fail(rq, PERMISSION_DENIED, "Permission denied");
}
