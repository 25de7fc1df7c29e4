import { describe, expect, it } from "vitest";
import { failing, fromNodes, nodeName } from "@netchecker/round/testing/a-round";
import { inShort } from "../../tests/support/some-causes.ts";

const from2 = (from: string) => from === nodeName(2);
const notFound = (detail: string) =>
  fromNodes(from2, ["dns", "connect"], failing("dns_failure", { detail }));

describe("dnsAnswers", () => {
  it.each(["ETIMEOUT", "ECONNREFUSED"])(
    "takes %s for no answer: with the service's ClusterIP it is kube-proxy",
    (detail) => {
      const service = fromNodes(from2, ["clusterip"], failing("connection_refused"));
      expect(inShort(6, [service, notFound(detail)])).toEqual([
        "critical cluster-ip [node-2] [] out service",
      ]);
    },
  );

  it("takes a server's failure for an answer", () => {
    expect(inShort(6, [notFound("ESERVFAIL")])).toEqual(["warning dns [node-2] [] null dns"]);
  });
});
