import { expect, test } from "vitest";
import { whatItMeans } from "./what-it-means.ts";

test.each([
  ["large_request_timeout", undefined, "large-request", /MTU on the way there/],
  ["large_response_timeout", undefined, "large-response", /MTU on the way back/],
  ["response_timeout", undefined, "small-answer", /hung, overloaded/],
  ["response_timeout", undefined, "tls", /does not begin TLS/],
  ["wrong_responder", "not HTTP/1.1", "small-answer", /else than a pong/],
  ["wrong_responder", "HPE_INVALID_CONSTANT", "response-head", /not speak HTTP/],
  ["wrong_responder", "CERT_HAS_EXPIRED", "tls", /certificate/],
  ["wrong_responder", "EPROTO", "tls", /agree on TLS/],
  ["host_unreachable", "EPERM", "connect", /this very node/],
  ["host_unreachable", "EHOSTDOWN", "connect", /out of reach/],
  ["dns_failure", "ENOTFOUND", "look-up-a", /write it in full/],
  ["dns_failure", "ETIMEOUT", "look-up-aaaa", /No answer from the name server/],
  ["dns_failure", "EBADRESP", "look-up-a", /The look-up failed/],
] as const)(
  "%s (%s) at %s has the most exact explanation that is known",
  (reason, detail, stage, meaning) => {
    expect(whatItMeans({ reason, detail, stage })).toMatch(meaning);
  },
);
