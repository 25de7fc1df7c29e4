/**
 * What pong and its callers agree on, apart from the shape of the answer (echo.ts). It is a file of
 * its own, because pong must stay below 50 MB of memory and so must not load the schemas.
 */

/** The path at which pong answers. */
export const ECHO_PATH = "/echo";

/** The largest body that pong sends back, in bytes. A larger body gets a 413. */
export const MAX_ECHO_BYTES = 64 * 1024;

/** pong also names itself in these headers, so that the answer to a POST says who gave it. */
export const POD_HEADER = "x-pong-pod";
export const NODE_HEADER = "x-pong-node";
