import type { MeshCheck } from "../evidence/mesh-planes.ts";

/** What was measured at nodes that Kubernetes calls NotReady. A draft carries it as JSON in its `fact`. */
export interface Though {
  /** The checks of these nodes that work for every agent. */
  readonly answers: readonly MeshCheck[];
  /** `silent`: the agent did not report. `none`: there is no agent. Null: it reported. */
  readonly agent: "silent" | "none" | null;
  /** Why there is no agent, as far as Kubernetes says. */
  readonly detail: string | null;
}

const CHECKED_AT_ONE_NODE: Readonly<Record<MeshCheck, string>> = {
  tcp: "its kubelet's port",
  nodeport: "its NodePort",
  echo: "its pong",
};
const CHECKED_AT_SEVERAL_NODES: Readonly<Record<MeshCheck, string>> = {
  tcp: "their kubelets' ports",
  nodeport: "their NodePorts",
  echo: "their pongs",
};

/** Such as `its kubelet's port and its pong answer, and its agent did not report`; may be empty. */
export function sayThough(fact: string, many: boolean): string {
  const { answers, agent, detail } = JSON.parse(fact) as Though;
  return [sayAnswers(answers, many), sayAgent(agent, detail, many)]
    .filter((part) => part !== "")
    .join(", and ");
}

function sayAnswers(answers: readonly MeshCheck[], many: boolean): string {
  const parts = answers.map(
    (check) => (many ? CHECKED_AT_SEVERAL_NODES : CHECKED_AT_ONE_NODE)[check],
  );
  if (parts.length === 0) return "";
  const listed =
    parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  return `${listed} ${parts.length === 1 && !many ? "answers" : "answer"}`;
}

function sayAgent(agent: Though["agent"], detail: string | null, many: boolean): string {
  if (agent === null) return "";
  if (agent === "silent") return many ? "their agents did not report" : "its agent did not report";
  const none = many
    ? "they have no ping pods that could report"
    : "it has no ping pod that could report";
  return detail ? `${none} (${detail})` : none;
}
