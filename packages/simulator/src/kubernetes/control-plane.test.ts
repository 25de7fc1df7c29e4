import { describe, expect, it } from "vitest";
import { drawCluster } from "../cluster.ts";
import { Random } from "../random.ts";
import { ControlPlane, type SimNode } from "./control-plane.ts";
import {
  arrives,
  isWhole,
  kubeletDies,
  kubeletStarts,
  machineBoots,
  machineDies,
  shutsDown,
} from "./machines.ts";
import { createPod, deletePod } from "./node-pods.ts";
import { Timeline } from "./timeline.ts";
import { momentOf, worldBetween } from "./world-of.ts";

const START = Date.parse("2026-11-28T20:00:00Z");
const DRAWS = 100;

function aPlane(seed: number, absent: number[] = []): { plane: ControlPlane; node: SimNode } {
  const random = new Random(seed);
  const cluster = drawCluster(random, 4);
  const plane = new ControlPlane(cluster, new Timeline(START), random, new Set(absent));
  return { plane, node: plane.nodes[0]! };
}

/** What is so of a node, once a second. */
function watch<T>(plane: ControlPlane, seconds: number, what: () => T): T[] {
  const from = plane.now;
  return Array.from({ length: seconds }, (_, second) => {
    plane.timeline.advance(from + 1_000 * (second + 1));
    return what();
  });
}

const taintsOf = ({ api }: SimNode) =>
  api?.taints.map(({ key, effect }) => `${key.split("/")[1]}:${effect}`) ?? [];

describe("the control plane's lag", () => {
  it("calls a dead node Unknown 40 to 55 s after its last heartbeat, and every moment of that is drawn", () => {
    const after = Array.from({ length: DRAWS }, (_, seed) => {
      const { plane, node } = aPlane(seed);
      machineDies(plane, node);
      const { lastBeatAt } = node;
      expect(START - lastBeatAt).toBeLessThanOrEqual(10_000);
      plane.timeline.advance(START + 60_000);
      expect(node.api!.ready).toMatchObject({
        status: "Unknown",
        reason: "NodeStatusUnknown",
        message: "Kubelet stopped posting node status.",
      });
      return node.api!.ready!.since - lastBeatAt;
    });
    expect(Math.min(...after)).toBeGreaterThanOrEqual(40_000);
    expect(Math.max(...after)).toBeLessThanOrEqual(55_000);
    for (const from of [40_000, 42_500, 50_000, 52_500])
      expect(after.some((ms) => ms >= from && ms < from + 2_500)).toBe(true);
  });

  it("lets a round's timer of 45 s meet a node that died before it now as Ready, now as Unknown", () => {
    const shown = Array.from({ length: DRAWS }, (_, seed) => {
      const { plane, node } = aPlane(seed);
      plane.soon(0, 10_000, () => machineDies(plane, node));
      plane.timeline.advance(START + 10_000 + 45_000);
      return plane.view().nodes.find(({ name }) => name === node.simulated.name)!.ready;
    });
    expect(new Set(shown)).toEqual(new Set([true, false]));
  });

  it("adds the taints after that, NoSchedule before NoExecute, and takes them away after it is Ready again", () => {
    for (let seed = 0; seed < DRAWS; seed += 1) {
      const { plane, node } = aPlane(seed);
      kubeletDies(plane, node);
      const seen = watch(plane, 70, () => [node.api!.ready!.status, ...taintsOf(node)].join(" "));
      const tainted = [
        "Unknown unreachable:NoSchedule",
        "Unknown unreachable:NoSchedule unreachable:NoExecute",
      ];
      const order = [...new Set(seen)].filter((each) => each !== "Unknown");
      expect(order.filter((each) => each !== tainted[0])).toEqual(["True", tainted[1]]);
      kubeletStarts(plane, node);
      const back = watch(plane, 30, () => [node.api!.ready!.status, ...taintsOf(node)].join(" "));
      const first = back.findIndex((each) => each.startsWith("True"));
      expect(first).toBeGreaterThan(-1);
      expect(back.slice(0, first).every((each) => each !== "Unknown")).toBe(true);
      expect(back.at(-1)).toBe("True");
    }
  });

  it("calls the pods of a silent node not ready, whose processes live on, and takes them out of the service", () => {
    const { plane, node } = aPlane(1);
    kubeletDies(plane, node);
    plane.timeline.advance(START + 70_000);
    for (const pod of node.pods) expect(pod).toMatchObject({ ready: false, running: true });
    for (const pod of node.pods) expect(pod.listed).toBe(false);
    expect(plane.view().pods.filter(({ ready }) => !ready)).toHaveLength(2);
    const before = momentOf(plane);
    const world = worldBetween(plane, before, before, new Random(1));
    expect([world.down[0], world.kubelets[0], world.listed[0]]).toEqual([0, 0, 0]);
    expect(world.pongs[0]).toEqual({ is: "alive" });
    kubeletStarts(plane, node);
    plane.timeline.advance(plane.now + 40_000);
    expect(isWhole(node)).toBe(true);
  });

  it("never touches the pods of a node that shut down in good order and then fell silent", () => {
    const { plane, node } = aPlane(2);
    let off = 0;
    shutsDown(plane, node, () => (off = plane.now));
    plane.timeline.advance(START + 1_000);
    expect(node.api!.ready).toMatchObject({ status: "False", message: "node is shutting down" });
    plane.timeline.advance(START + 100_000);
    expect(off).toBeGreaterThan(START);
    expect(node.machine).toBe(false);
    expect(node.api!.ready!.status).toBe("Unknown");
    expect([...node.pods].every(({ running, startedAt }) => !running && startedAt === null)).toBe(
      true,
    );
    machineBoots(plane, node);
    plane.timeline.advance(plane.now + 100_000);
    expect(isWhole(node)).toBe(true);
  });

  it("gives a pod of a machine that boots another address, and one more restart", () => {
    const { plane, node } = aPlane(3);
    const [pod] = node.pods;
    const { ip, name } = pod!;
    const bootId = node.api!.bootId;
    machineDies(plane, node);
    plane.timeline.advance(START + 30_000);
    machineBoots(plane, node);
    plane.timeline.advance(START + 130_000);
    expect(pod).toMatchObject({ name, restarts: 1, ready: true, running: true });
    expect(pod!.ip).not.toBe(ip);
    expect(node.api!.bootId).not.toBe(bootId);
  });

  it("has a new node NotReady with pods that wait, until its network is there", () => {
    for (let seed = 0; seed < DRAWS; seed += 1) {
      const { plane } = aPlane(seed, [3]);
      const node = plane.nodes[3]!;
      expect(plane.view().nodes).toHaveLength(3);
      const [registeredEarly, rebootsOnce] = [seed % 3 === 1, seed % 3 === 2];
      arrives(plane, node, { toReadyMs: 300_000, registeredEarly, rebootsOnce });
      const states = watch(plane, 299, () => node.api!.ready?.status ?? "none");
      expect(states).not.toContain("True");
      if (registeredEarly) expect(states).toContain("Unknown");
      else if (!rebootsOnce) expect(states).not.toContain("Unknown");
      expect([...node.pods].map(({ app, running }) => [app, running]).toSorted()).toEqual([
        ["ping", false],
        ["pong", false],
      ]);
      plane.timeline.advance(START + 390_000);
      expect(isWhole(node)).toBe(true);
      expect(taintsOf(node)).toEqual([]);
    }
  });

  it("collects a deleted node's pods 40 to 100 s later", () => {
    const { plane, node } = aPlane(4);
    plane.removeNode(node);
    plane.timeline.advance(START + 39_000);
    expect(plane.view().nodes).toHaveLength(3);
    expect(plane.view().pods).toHaveLength(8);
    plane.timeline.advance(START + 101_000);
    expect(plane.view().pods).toHaveLength(6);
  });

  it("replaces a deleted pod where the kubelet lives, and leaves it terminating where it does not", () => {
    const { plane, node } = aPlane(5);
    const [ping, pong] = [...node.pods];
    deletePod(plane, ping!);
    plane.timeline.advance(START + 40_000);
    expect([...node.pods].map(({ name }) => name)).not.toContain(ping!.name);
    expect(isWhole(node)).toBe(true);
    machineDies(plane, node);
    deletePod(plane, pong!);
    plane.timeline.advance(START + 400_000);
    const told = plane.view().pods.find(({ name }) => name === pong!.name);
    expect(told).toMatchObject({ terminating: true });
  });

  it("has both pods of a node answer while one takes the other's place", () => {
    const { plane, node } = aPlane(6);
    const pod = createPod(plane, node, "pong");
    plane.timeline.advance(START + 30_000);
    expect(pod).toMatchObject({ ready: true, running: true, listed: true });
    expect(plane.view().pods.filter(({ app }) => app === "pong")).toHaveLength(5);
  });
});
