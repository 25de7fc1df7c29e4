import { emptyLatencyHistory, findCauses } from "@netchecker/conclude/causes";
import { median } from "../median.ts";
import { below, type Row } from "../table.ts";
import { drawCluster } from "@netchecker/simulator/cluster";
import { Random } from "@netchecker/simulator/random";
import { causesOf } from "@netchecker/simulator/scenario";
import { simulateRound } from "@netchecker/simulator/simulate-round";
import { Site } from "@netchecker/simulator/site";

const NODES = 1_000;
const RUNS = 9;
const WARM_UPS = 2;
const LIMIT_MS = 300;
const CAUSES = [
  "pod-network/packets-both-are-lost,mtu/node-in,route/pair-out-new-connections-are-dropped",
  "partition/groups-both-new-connections-are-dropped,packet-loss/node,dns/everywhere-one-of-two-servers-dead",
];

/** How much CPU one round of a large mesh takes to conclude, by what is broken in it: on a busy machine, no clock tells. */
export function benchTime(seed: number): Row[] {
  return CAUSES.map((causes) => {
    const { round, view } = largeRound(seed, causes);
    const history = emptyLatencyHistory();
    const took = Array.from({ length: WARM_UPS + RUNS }, () => {
      const before = process.threadCpuUsage();
      findCauses(round, view, history);
      const { user, system } = process.threadCpuUsage(before);
      return (user + system) / 1_000;
    }).slice(WARM_UPS);
    const names = causes.replaceAll(/\/[^,]*/g, "").replaceAll(",", ", ");
    return below(
      `${NODES} × ${NODES} with ${names}: CPU (median of ${RUNS})`,
      median(took),
      LIMIT_MS,
      "ms",
    );
  });
}

/** Throws a RangeError where the causes do not fit. */
function largeRound(seed: number, ids: string) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const random = new Random(seed, `large ${attempt}`);
    const site = new Site(drawCluster(random, NODES), random);
    if (!causesOf(ids).every(([cause]) => cause!.breakIt(site))) continue;
    site.world.burstShare = 0.01;
    const views = { opening: site.shown, closing: site.shown };
    return simulateRound(site.world, views, { id: 1, random });
  }
  throw new RangeError(`${ids} do not fit together`);
}
