import { expect, test } from "vitest";
import { explainFailure } from "./explain-failure.ts";

test.each([
  ["ETIMEDOUT", { reason: "connect_timeout" }],
  ["ECONNREFUSED", { reason: "connection_refused" }],
  ["ECONNRESET", { reason: "connection_reset" }],
  ["EPIPE", { reason: "connection_reset", detail: "EPIPE" }],
  ["EHOSTUNREACH", { reason: "host_unreachable" }],
  ["EHOSTDOWN", { reason: "host_unreachable", detail: "EHOSTDOWN" }],
  ["EPERM", { reason: "host_unreachable", detail: "EPERM" }],
  ["ENETUNREACH", { reason: "network_unreachable" }],
  ["ENETDOWN", { reason: "network_unreachable", detail: "ENETDOWN" }],
  ["EMFILE", { reason: "local_exhaustion", detail: "EMFILE" }],
  ["ENFILE", { reason: "local_exhaustion", detail: "ENFILE" }],
  ["EADDRNOTAVAIL", { reason: "local_exhaustion", detail: "EADDRNOTAVAIL" }],
  ["ENOBUFS", { reason: "local_exhaustion", detail: "ENOBUFS" }],
  ["ENOMEM", { reason: "local_exhaustion", detail: "ENOMEM" }],
  ["EAGAIN", { reason: "local_exhaustion", detail: "EAGAIN" }],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    { reason: "wrong_responder", detail: "ERR_TLS_CERT_ALTNAME_INVALID" },
  ],
  ["CERT_HAS_EXPIRED", { reason: "wrong_responder", detail: "CERT_HAS_EXPIRED" }],
  [
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    { reason: "wrong_responder", detail: "DEPTH_ZERO_SELF_SIGNED_CERT" },
  ],
  [
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    { reason: "wrong_responder", detail: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
  ],
  [
    "ERR_SSL_WRONG_VERSION_NUMBER",
    { reason: "wrong_responder", detail: "ERR_SSL_WRONG_VERSION_NUMBER" },
  ],
  ["HPE_INVALID_CONSTANT", { reason: "wrong_responder", detail: "HPE_INVALID_CONSTANT" }],
])("explains %s by its code", (code, explanation) => {
  expect(explainFailure(code, false)).toEqual(explanation);
});

test("an unknown code before the connection means an unreachable host, and the detail names the code", () => {
  expect(explainFailure("EWHATEVER", false)).toEqual({
    reason: "host_unreachable",
    detail: "EWHATEVER",
  });
});

test("an unknown code after the connection means a broken connection, and the detail names the code", () => {
  expect(explainFailure("EWHATEVER", true)).toEqual({
    reason: "connection_reset",
    detail: "EWHATEVER",
  });
});

test("an error without a code is the agent's own fault", () => {
  expect(explainFailure(undefined, true)).toEqual({
    reason: "local_exhaustion",
    detail: "internal error",
  });
});
