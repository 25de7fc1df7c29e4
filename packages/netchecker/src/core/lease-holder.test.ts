import { expect, test } from "vitest";
import { decodeHolder, encodeHolder, sayHolder } from "./lease-holder.ts";

const EU = { pod: "netchecker-abc", cluster: "uid-eu", clusterName: "prod-eu" };

test("a holder of another cluster is named with its pod, its cluster and what to do", () => {
  const holder = decodeHolder("netchecker-abc", encodeHolder(EU, "t"), "uid-us");
  expect(holder).toEqual({ ...EU, sameCluster: false });
  expect(sayHolder(holder)).toBe(
    "another netchecker, netchecker-abc of the cluster prod-eu, holds the lease: give each cluster a REDIS_PREFIX or a Redis of its own",
  );
  const nameless = decodeHolder(
    "netchecker-abc",
    encodeHolder({ ...EU, clusterName: null }, "t"),
    "us",
  );
  expect(sayHolder(nameless)).toContain("of the cluster with the pong service uid-eu,");
});

test("a holder of the same cluster is not called a fault", () => {
  expect(sayHolder(decodeHolder("netchecker-abc", encodeHolder(EU, "t"), "uid-eu"))).toBe(
    "another netchecker of this cluster, netchecker-abc, holds the lease",
  );
});

test("sameCluster is null while one of the two clusters is unknown", () => {
  expect(decodeHolder("netchecker-abc", encodeHolder(EU, "t"), null).sameCluster).toBeNull();
  const unsaid = encodeHolder({ ...EU, cluster: null }, "t");
  expect(decodeHolder("netchecker-abc", unsaid, "uid-eu").sameCluster).toBeNull();
});

test.for([
  ["nothing", null],
  ["what its predecessor wrote", encodeHolder(EU, "t")],
  ["no JSON", "{"],
  ["null", "null"],
  ["other types", '{"pod":"netchecker-old","cluster":7,"clusterName":""}'],
])("only the name of a holder is known if the text beside the lease is %s", ([, text]) => {
  expect(decodeHolder("netchecker-old", text!, "uid-eu")).toEqual({
    pod: "netchecker-old",
    cluster: null,
    clusterName: null,
    sameCluster: null,
  });
});
