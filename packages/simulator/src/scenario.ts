import { addBackground } from "./background.ts";
import { CAUSES, CAUSES_BY_NAME } from "./causes/all-causes.ts";
import type { SimulatedCause } from "./causes/cause.ts";
import { drawCluster } from "./cluster.ts";
import { type Expected, isOfGroups, type Visible } from "./expectation.ts";
import { Random } from "./random.ts";
import { collects } from "./reporting.ts";
import type { Shown } from "./shown-cluster.ts";
import { Site } from "./site.ts";
import type { World } from "./world.ts";

/** A cluster, what is broken in it, and what of that can be seen. */
export interface Scenario extends Visible {
  readonly seed: number;
  readonly causes: readonly SimulatedCause[];
  readonly world: World;
  readonly shown: Shown;
  /** The share of probes that fail by chance, after all attempts. */
  readonly loss: number;
  /** Nodes that nothing is wrong with, and nothing special about. */
  readonly quiet: readonly number[];
}

const SMALLEST = 5;
const LARGEST = 500;
const MOST_LOSS = 0.005;
/** Of bursts, those that outlast three attempts. */
const OUTLASTING = 0.16;
const TRIES = 40;

export function idOf({ name, variant }: SimulatedCause): string {
  const slug = variant.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return `${name}/${slug.replaceAll(/^-|-$/g, "")}`;
}

/** Causes by name or id, comma-separated. Throws a RangeError for one that is not there. */
export function causesOf(ids: string): SimulatedCause[][] {
  return ids.split(",").map((id) => {
    const found = CAUSES.filter((cause) => cause.name === id || idOf(cause) === id);
    if (found.length === 0)
      throw new RangeError(`no cause "${id}", allowed: ${CAUSES.map(idOf).join(", ")}`);
    return found;
  });
}

/** The scenario of a seed with so many causes, or with one of each of those `wanted`. */
export function drawScenario(
  seed: number,
  wanted: number | readonly (readonly SimulatedCause[])[],
): Scenario {
  for (let choice = 0; ; choice += 1) {
    const random = new Random(seed, `causes ${choice}`);
    const causes =
      typeof wanted === "number" ? choose(random, wanted) : wanted.map((some) => random.pick(some));
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const scenario = breakCluster(seed, causes, new Random(seed, `site ${attempt}`));
      if (scenario) return scenario;
    }
    if (choice > 200) throw new RangeError(`${causes.map(idOf).join(", ")} do not fit together`);
  }
}

/** Each name is as likely, then each of its variants; of one name there is one. */
function choose(random: Random, count: number): SimulatedCause[] {
  return random
    .sample([...CAUSES_BY_NAME.keys()], count)
    .map((name) => random.pick(CAUSES_BY_NAME.get(name)!));
}

function breakCluster(
  seed: number,
  causes: readonly SimulatedCause[],
  random: Random,
): Scenario | null {
  const least = Math.max(SMALLEST, ...causes.map(({ minNodes = SMALLEST }) => minNodes));
  const most = Math.min(LARGEST, ...causes.map(({ maxNodes = LARGEST }) => maxNodes));
  const size = Math.floor(random.logBetween(least, most + 1));
  const site = new Site(drawCluster(random, size), random);
  const expected: Expected[] = [];
  for (const cause of causes.toSorted((a, b) => Number(b.parts ?? 0) - Number(a.parts ?? 0))) {
    const visible = site.full ? null : cause.breakIt(site);
    if (!visible) return null;
    expected.push(...visible);
  }
  expected.push(...addBackground(site));
  if (!collects(site.world) || !halfReport(site)) return null;
  const unclear = new Set(site.usedNames);
  if (!groupsAreSeen(expected, unclear)) return null;
  const limits = causes.map(({ mostLoss }) => mostLoss?.(size) ?? MOST_LOSS);
  const loss = random.between(0, Math.min(MOST_LOSS, ...limits));
  site.world.burstShare = loss / OUTLASTING;
  return {
    seed,
    causes,
    world: site.world,
    shown: site.shown,
    expected,
    tolerated: site.tolerated,
    unclear,
    loss,
    quiet: site.unused,
  };
}

/** A round in which few report tells of the way to Redis, and of little else. */
function halfReport(site: Site): boolean {
  const reporting = site.cluster.nodes.filter(({ index }) => site.reports(index) !== "none");
  return reporting.length * 2 >= site.size;
}

/** Of each group, two nodes that nothing else is wrong with. */
function groupsAreSeen(expected: readonly Expected[], unclear: ReadonlySet<string>): boolean {
  return expected.every(
    ({ forms: [form] }) =>
      !isOfGroups(form) ||
      [form.nodes, form.peers].every(
        (names) => names.filter((name) => !unclear.has(name)).length >= 2,
      ),
  );
}
