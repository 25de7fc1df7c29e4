import type { Finding } from "@netchecker/contract";
import type { Effect, ExpectedFinding } from "./effect.ts";

/** The findings of several effects together. A finding whose nodes are all planned is not expected. Pure. */
export function expectFindings(effects: readonly Effect[]): ExpectedFinding[] {
  const planned = new Set(effects.flatMap((effect) => effect.planned ?? []));
  return effects
    .flatMap(({ findings = [] }) => findings)
    .filter(({ nodes }) => nodes.length === 0 || !nodes.every((node) => planned.has(node)));
}

const isOver = ({ state }: Finding) => state === "recovered";
const isAlarm = (finding: Finding) => finding.severity !== "info" && !isOver(finding);

const same = (a: readonly string[], b: readonly string[]) =>
  a.toSorted().join() === b.toSorted().join();

/** Whether a finding is the one expected; a kind that it names as a candidate counts. */
function names(finding: Finding, expected: ExpectedFinding, tunnelBytes: number): boolean {
  const { kind, nodes, peers, direction, passesBytes = null } = expected;
  return (
    !isOver(finding) &&
    (finding.kind === kind || finding.candidates.includes(kind)) &&
    same(finding.nodes, nodes) &&
    (peers === undefined || same(finding.peers, peers)) &&
    (direction === undefined || finding.direction === direction) &&
    (passesBytes === null || finding.summary.includes(` ${passesBytes - tunnelBytes} bytes `))
  );
}

/**
 * What is wrong with a round's findings: expected ones that are missing, alarms that nobody expects. `tunnelBytes` is
 * what the pod network adds to each packet. Pure.
 */
export function judgeFindings(
  findings: readonly Finding[],
  expected: readonly ExpectedFinding[],
  tunnelBytes = 0,
): string[] {
  return [
    ...expected
      .filter((each) => !findings.some((finding) => names(finding, each, tunnelBytes)))
      .map((each) => `no finding ${tell(each)}`),
    ...findings
      .filter(
        (finding) =>
          isAlarm(finding) && !expected.some((each) => names(finding, each, tunnelBytes)),
      )
      .map((finding) => `${finding.severity} finding ${tell(finding)}, which is not so`),
  ];
}

function tell({ kind, nodes, peers = [], direction, ...more }: ExpectedFinding | Finding): string {
  const at = nodes.length === 0 ? "everywhere" : nodes.join(", ");
  const other = peers.length === 0 ? "" : ` and ${peers.join(", ")}`;
  const passes = "passesBytes" in more ? `, with ${more.passesBytes} bytes` : "";
  const said = "summary" in more ? ` ("${more.summary}")` : "";
  return `${kind} at ${at}${other}${direction ? `, ${direction}` : ""}${passes}${said}`;
}
