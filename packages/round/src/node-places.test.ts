import { describe, expect, it } from "vitest";
import { PLACE_LABELS, placeLabels, placeOf } from "./node-places.ts";

describe("a node's place", () => {
  it("is its zone and its pool, whoever runs the cluster", () => {
    for (const [word, label] of PLACE_LABELS)
      expect(placeOf({ [label]: "a" })).toEqual({
        zone: word === "zone" ? "a" : null,
        pool: word === "node pool" ? "a" : null,
      });
  });

  it("is unknown without labels", () => {
    expect(placeOf({ "kubernetes.io/os": "linux" })).toEqual({ zone: null, pool: null });
  });

  it("is all that a record keeps of the labels, with role and instance type", () => {
    const kept = {
      "topology.kubernetes.io/zone": "a",
      "karpenter.sh/nodepool": "spot",
      "node-role.kubernetes.io/control-plane": "",
      "node.kubernetes.io/instance-type": "m7g.large",
    };
    expect(placeLabels({ ...kept, "kubernetes.io/os": "linux", team: "red" })).toEqual(kept);
  });
});
