/* Asks a pool of workers the way nginx does. */
#pragma once

/* Sends GET /health to the socket. 0 if the answer is 200; else -1, and why. */
int probe(const char *socket, char *why, unsigned long size);
