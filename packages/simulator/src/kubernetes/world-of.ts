import type { Random } from "../random.ts";
import { healthyWorld, type PongState, type World } from "../world.ts";
import type { ControlPlane, SimPod } from "./control-plane.ts";

/** What is there at one moment. */
export interface Moment {
  readonly machines: readonly boolean[];
  readonly kubelets: readonly boolean[];
  /** Names of the pods whose processes run. */
  readonly running: ReadonlySet<string>;
}

export function momentOf({ nodes }: ControlPlane): Moment {
  return {
    machines: nodes.map(({ machine }) => machine),
    kubelets: nodes.map(({ kubelet }) => kubelet),
    running: new Set(
      nodes.flatMap(({ pods }) => [...pods].filter((pod) => pod.running).map(({ name }) => name)),
    ),
  };
}

/** What agents meet that probe between two moments; what changes in between is met by some of them. */
export function worldBetween(
  plane: ControlPlane,
  before: Moment,
  after: Moment,
  random: Random,
): World {
  const world = healthyWorld(plane.cluster);
  const podStates = new Map<string, PongState & { node: number }>();
  for (const [index, node] of plane.nodes.entries()) {
    const [was, is] = [before.machines[index], after.machines[index]];
    if (!was && !is) world.down[index] = 1;
    else if (was !== is) world.leaving[index] = random.between(0.05, 1);
    world.kubelets[index] = (random.chance(0.5) ? before : after).kubelets[index] ? 1 : 0;
    const agents = [...node.pods].filter(({ app }) => app === "ping");
    const lives = ({ name }: { name: string }) =>
      before.running.has(name) && after.running.has(name);
    if (!agents.some(lives)) world.agents[index] = { is: "dead" };
    const pongs = [...node.pods].filter(({ app }) => app === "pong");
    const states = pongs.map((pong) => stateOf(before, after, pong, random));
    for (const [at, pong] of pongs.entries())
      podStates.set(pong.name, { ...states[at]!, node: index });
    world.listed[index] = pongs.some(({ listed }) => listed) ? 1 : 0;
    world.pongs[index] = servingState(pongs, states);
  }
  return { ...world, podStates };
}

const ABSENT: PongState = { is: "absent" };

function stateOf(
  before: Moment,
  after: Moment,
  { name, reachable }: SimPod,
  random: Random,
): PongState {
  const [was, is] = [before.running.has(name), after.running.has(name)];
  if (was && is) return { is: "alive" };
  if (was || is) return { is: "leaving", gone: random.next() };
  return reachable ? { is: "dead" } : ABSENT;
}

/** Of the pod that the service leads to, of any other one else. */
function servingState(
  pongs: readonly { readonly listed: boolean }[],
  states: readonly PongState[],
): PongState {
  const listed = pongs.findIndex((pong) => pong.listed);
  return states[listed === -1 ? 0 : listed] ?? ABSENT;
}
