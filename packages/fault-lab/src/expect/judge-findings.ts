import type { Direction, Finding, FindingKind } from "@netchecker/contract";

/** What netchecker should conclude: everything that is named here. */
export interface ExpectedFinding {
  readonly kind: FindingKind;
  readonly nodes: readonly string[];
  readonly peers?: readonly string[];
  readonly direction?: Direction;
}

const isOver = ({ state }: Finding) => state === "recovered";
const isAlarm = (finding: Finding) => finding.severity !== "info" && !isOver(finding);

const same = (a: readonly string[], b: readonly string[]) =>
  a.toSorted().join() === b.toSorted().join();

/** Whether a finding is the one expected; a kind that it names as a candidate counts. */
function names(finding: Finding, expected: ExpectedFinding): boolean {
  const { kind, nodes, peers, direction } = expected;
  return (
    !isOver(finding) &&
    (finding.kind === kind || finding.candidates.includes(kind)) &&
    same(finding.nodes, nodes) &&
    (peers === undefined || same(finding.peers, peers)) &&
    (direction === undefined || finding.direction === direction)
  );
}

/** What is wrong with a round's findings: expected ones that are missing, alarms that nobody expects. Pure. */
export function judgeFindings(
  findings: readonly Finding[],
  expected: readonly ExpectedFinding[],
): string[] {
  return [
    ...expected
      .filter((each) => !findings.some((finding) => names(finding, each)))
      .map((each) => `no finding ${tell(each)}`),
    ...findings
      .filter((finding) => isAlarm(finding) && !expected.some((each) => names(finding, each)))
      .map((finding) => `${finding.severity} finding ${tell(finding)}, which is not so`),
  ];
}

function tell({ kind, nodes, peers = [], direction }: ExpectedFinding | Finding): string {
  const at = nodes.length === 0 ? "everywhere" : nodes.join(", ");
  const other = peers.length === 0 ? "" : ` and ${peers.join(", ")}`;
  return `${kind} at ${at}${other}${direction ? `, ${direction}` : ""}`;
}
