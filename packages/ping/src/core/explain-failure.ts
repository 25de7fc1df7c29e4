import type { Reason } from "@netchecker/contract";

/** The reason and detail of a failure. They come from its code, never from its message. */
export interface Explanation {
  readonly reason: Reason;
  readonly detail?: string;
}

/** Codes that say no more than their reason. */
const PLAIN: Readonly<Record<string, Reason>> = {
  ETIMEDOUT: "connect_timeout",
  ECONNREFUSED: "connection_refused",
  ECONNRESET: "connection_reset",
  EHOSTUNREACH: "host_unreachable",
  ENETUNREACH: "network_unreachable",
};

/** Codes that share their reason with others. The code becomes the detail. */
const DETAILED: Readonly<Record<string, Reason>> = {
  EPIPE: "connection_reset",
  ECONNABORTED: "connection_reset",
  ENOTCONN: "connection_reset",
  UND_ERR_SOCKET: "connection_reset",
  UND_ERR_CLOSED: "connection_reset",
  UND_ERR_DESTROYED: "connection_reset",
  EHOSTDOWN: "host_unreachable",
  ENETDOWN: "network_unreachable",
  // This machine has no address of that family at all.
  EAFNOSUPPORT: "network_unreachable",
  EINVAL: "network_unreachable",
  // A packet filter on this node itself.
  EPERM: "host_unreachable",
  EACCES: "host_unreachable",
  EMFILE: "local_exhaustion",
  ENFILE: "local_exhaustion",
  EADDRNOTAVAIL: "local_exhaustion",
  EADDRINUSE: "local_exhaustion",
  ENOBUFS: "local_exhaustion",
  ENOMEM: "local_exhaustion",
  EAGAIN: "local_exhaustion",
};

/**
 * OpenSSL's and Node's codes for a peer that is not who it should be, or that speaks another
 * protocol.
 */
const NOT_THE_PEER =
  /^(ERR_TLS_|ERR_SSL_|HPE_|UND_ERR_RES_|CERT_|CRL_|DEPTH_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_|INVALID_|PATH_LENGTH_|EPROTO$)/;

/**
 * An error's code → why the probe failed. For an unknown code the reason depends on whether the
 * connection was established (`connected`), and the code becomes the detail.
 */
export function explainFailure(code: string | undefined, connected: boolean): Explanation {
  // An error without a code comes from this agent's code, not from the network.
  if (code === undefined) return { reason: "local_exhaustion", detail: "internal error" };
  const plain = PLAIN[code];
  if (plain) return { reason: plain };
  const detailed = DETAILED[code];
  if (detailed) return { reason: detailed, detail: code };
  if (NOT_THE_PEER.test(code)) return { reason: "wrong_responder", detail: code };
  return { reason: connected ? "connection_reset" : "host_unreachable", detail: code };
}
