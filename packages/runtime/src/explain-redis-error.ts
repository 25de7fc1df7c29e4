import { visible } from "@netchecker/contract/visible";
import { ReplyError } from "ioredis";

/**
 * Why a command or a connection failed: a sentence for people, and fields for code that decides.
 */
export interface RedisFailure {
  /** `away`: Redis does not answer or cannot be reached. `refuses`: Redis answers, and says no. */
  readonly kind: "away" | "refuses";
  /**
   * Redis' own error code (`READONLY`), the system's (`ECONNREFUSED`), or `not_connected`,
   * `timeout`, `unknown`.
   */
  readonly code: string;
  /** What is wrong and what to do about it, without a full stop. */
  readonly sentence: string;
}

/** The fields that ioredis adds to the error of a command or a transaction. */
interface ClientError extends Error {
  readonly command?: { readonly name?: string; readonly args?: readonly unknown[] };
  readonly previousErrors?: readonly Error[];
}

/** The fields that Node adds to the error of a connection. */
interface SocketError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

const SHARDED =
  "Redis is a cluster that spreads its keys over several servers: netchecker needs one that does not (no cluster mode)";

/**
 * Sentences by the code with which an error reply begins (RESP, "simple errors"). The codes are in
 * Redis' `src/server.c` (createSharedObjects), `src/cluster.c` (clusterRedirectClient), `src/acl.c`
 * and `src/networking.c`.
 */
const SENTENCES: Readonly<Record<string, string>> = {
  READONLY:
    "Redis is a read-only replica: after a failover its address must lead to the new primary; see REDIS_HOST and REDIS_URL, and the service behind them",
  OOM: "Redis is full and takes no more data: raise its maxmemory, or keep fewer rounds (HISTORY_FULL_ROUNDS, HISTORY_ROUNDS)",
  MISCONF:
    "Redis cannot save to its disk and therefore takes no more data: make room on its disk and read its log, or set stop-writes-on-bgsave-error to no",
  LOADING: "Redis is loading its data from disk: it answers when that is done",
  MASTERDOWN:
    "Redis is a replica that has lost its primary: its address must lead to the new primary; see REDIS_HOST and REDIS_URL, and the service behind them",
  NOREPLICAS:
    "Redis takes no data while too few of its replicas are connected: look at the replicas, or at its min-replicas-to-write",
  CROSSSLOT: SHARDED,
  MOVED: SHARDED,
  ASK: SHARDED,
  TRYAGAIN: SHARDED,
  CLUSTERDOWN: `${SHARDED}; this cluster is down, too`,
  NOAUTH: "Redis wants a password and got none: put user and password into REDIS_URL",
  WRONGPASS:
    "Redis does not accept the user or the password: REDIS_URL must have those that Redis has now",
  BUSY: "Redis is busy with a script that does not end: SCRIPT KILL ends it",
  DENIED:
    "Redis is in protected mode and takes connections from its own host alone: give it a password, or set protected-mode to no",
};

const CUT = "the connection to Redis was cut: Redis may be starting, or it wants TLS (rediss://)";

/**
 * Sentences for a connection that was never made or that broke. The codes are in Node's "Common
 * system errors" and its dns module.
 */
const SOCKET_SENTENCES: Readonly<Record<string, (error: SocketError) => string>> = {
  ECONNREFUSED: (error) =>
    `nothing listens at Redis' address${at(error)}: look whether Redis runs, and whether its service has an endpoint`,
  ECONNRESET: () => CUT,
  EPIPE: () => CUT,
  ENOTFOUND: (error) => notFound(error),
  EAI_AGAIN: (error) => notFound(error),
  ETIMEDOUT: (error) => unreached(error),
  EHOSTUNREACH: (error) => unreached(error),
  ENETUNREACH: (error) => unreached(error),
};

const at = ({ address, port }: SocketError): string =>
  address === undefined ? "" : ` (${address}${port === undefined ? "" : ` port ${port}`})`;

const notFound = ({ hostname }: SocketError): string =>
  `the name of Redis' host${hostname === undefined ? "" : `, ${hostname},`} cannot be looked up: see REDIS_HOST and REDIS_URL, and the cluster's DNS`;

const unreached = (error: SocketError): string =>
  `Redis' address${at(error)} does not answer: the way to it is cut, or something filters it (a NetworkPolicy?)`;

/**
 * ioredis' messages for a command that has no connection, or whose connection was lost before the
 * answer. These errors have no code, and their class names are useless because a bundle shortens
 * them.
 */
const NOT_CONNECTED =
  /^(Stream isn't writeable|Connection is closed|Command aborted|Reached the max retries)/;
const TIMED_OUT = "Command timed out";
/**
 * Redis' message when it refuses a connection. Its code is only `ERR` (acceptCommonHandler in
 * networking.c).
 */
const TOO_MANY = /^ERR max number of clients( \+ cluster connections)? reached/;
/**
 * Redis' message for a value above its proto-max-bulk-len (processMultibulkBuffer in networking.c).
 */
const TOO_LARGE = /^ERR Protocol error: invalid (multi)?bulk length/;
/**
 * Redis before 7 puts the code of a command that failed inside a script behind these words
 * (luaCallFunction in scripting.c).
 */
const IN_SCRIPT = /^ERR Error running script .*?: -([A-Z]+) (.*)$/s;
/**
 * Node's codes for a TLS failure: from OpenSSL's verification, and from Node's own check of the
 * name.
 */
const TLS = /^(ERR_SSL_|ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/;

/** The code of an error that Redis replied with. Null for other errors. */
export function replyCode(error: unknown): string | null {
  if (!(error instanceof Error && error instanceof ReplyError)) return null;
  return IN_SCRIPT.exec(error.message)?.[1] ?? /^[A-Z][A-Z0-9_]*/.exec(error.message)?.[0] ?? "ERR";
}

/** Explains an error that Redis replied with, or an error of the connection to Redis. */
export function explainRedisError(error: unknown): RedisFailure {
  // Redis discards a transaction because of one of its commands. The error of that command is the
  // reason. If the connection was lost, the transaction and all its commands have the same error.
  const failed = error as ClientError;
  const [reason = failed] = failed.previousErrors ?? [];
  const { message } = reason;
  const code = replyCode(reason);
  if (code !== null) return { kind: "refuses", code, sentence: sayReply(reason, code) };
  if (NOT_CONNECTED.test(message))
    return { kind: "away", code: "not_connected", sentence: "Redis is away" };
  if (message === TIMED_OUT)
    return {
      kind: "away",
      code: "timeout",
      sentence:
        "Redis does not answer: it is paused or overloaded, or packets are lost on the way to it",
    };
  return explainSocketError(reason);
}

/** The sentence of {@link explainRedisError} alone. */
export function sayRedisError(error: unknown): string {
  return explainRedisError(error).sentence;
}

function sayReply(error: ClientError, code: string): string {
  const known = SENTENCES[code];
  if (known !== undefined) return known;
  if (TOO_MANY.test(error.message))
    return "Redis has no room for another connection: raise its maxclients, or see in CLIENT LIST who has so many";
  if (TOO_LARGE.test(error.message))
    return "Redis takes no value as large as netchecker's: its proto-max-bulk-len is too small for this cluster; see docs/security.md";
  if (code === "NOPERM")
    return `Redis does not let this user do that${told(error)}: its rules must be those of deploy/components/redis-auth/users.acl, for this REDIS_PREFIX`;
  if (code === "WRONGTYPE")
    return `Redis has something else under a key of netchecker's${told(error)}: another program may use the same REDIS_PREFIX`;
  return `Redis refuses: ${clip(error.message)}`;
}

/** The command, what it was used on, and Redis' own message. */
function told({ command, message }: ClientError): string {
  const name = command?.name?.toLowerCase();
  // The first argument of these commands is a script or a secret.
  const on =
    name === undefined || /^(eval|auth|hello)/.test(name) ? "" : String(command?.args?.[0]);
  const what = [name, on].filter(Boolean).join(" ");
  return ` (${what ? `${clip(what)}; ` : ""}${clip(message)})`;
}

/** A message from outside, cut, and without characters that a terminal would obey. */
const clip = (text: string): string => visible(text.slice(0, 200));

function explainSocketError(error: unknown): RedisFailure {
  // Node tries all addresses of a name, and wraps their errors.
  const one = (
    error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
  ) as SocketError;
  const { code, message } = one;
  if (code === undefined) return { kind: "away", code: "unknown", sentence: clip(message) };
  const say = SOCKET_SENTENCES[code];
  if (say) return { kind: "away", code, sentence: say(one) };
  if (TLS.test(code))
    return {
      kind: "away",
      code,
      sentence: `TLS with Redis fails (${code}): see its certificate, the authority that signed it (NODE_EXTRA_CA_CERTS), and whether REDIS_URL must begin with redis:// or rediss://`,
    };
  return { kind: "away", code, sentence: `Redis cannot be reached (${code}): ${clip(message)}` };
}
