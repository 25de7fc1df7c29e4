/**
 * What pong and its callers agree on, apart from the shape of the answer (echo.ts). Here, because
 * pong is held to 50 MB and must not load the schemas.
 */

/** Where pong answers. */
export const ECHO_PATH = "/echo";

/** The most that pong sends back, bytes; a larger body gets a 413. */
export const MAX_ECHO_BYTES = 64 * 1024;

/** Every answer of pong names it in these headers too, so that a POST's answerer is known. */
export const POD_HEADER = "x-pong-pod";
export const NODE_HEADER = "x-pong-node";
