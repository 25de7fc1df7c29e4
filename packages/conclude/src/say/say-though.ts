import type { MeshCheck } from "../evidence/mesh-planes.ts";

/** What was measured of a node that Kubernetes calls NotReady; as a draft's fact it is JSON. */
export interface Though {
  /** What of it answers whoever asks. */
  readonly answers: readonly MeshCheck[];
  /** Whether its agent did not report, or there is none; null where it reported. */
  readonly agent: "silent" | "none" | null;
  /** Why there is none, as far as Kubernetes says. */
  readonly detail: string | null;
}

const ONE: Readonly<Record<MeshCheck, string>> = {
  tcp: "its kubelet's port",
  nodeport: "its NodePort",
  echo: "its pong",
};
const WHAT_OF_SEVERAL_NODES: Readonly<Record<MeshCheck, string>> = {
  tcp: "their kubelets' ports",
  nodeport: "their NodePorts",
  echo: "their pongs",
};

/** `its kubelet's port and its pong answer, and its agent did not report`; empty where nothing is to be said. */
export function sayThough(fact: string, many: boolean): string {
  const { answers, agent, detail } = JSON.parse(fact) as Though;
  return [sayAnswers(answers, many), sayAgent(agent, detail, many)]
    .filter((part) => part !== "")
    .join(", and ");
}

function sayAnswers(answers: readonly MeshCheck[], many: boolean): string {
  const parts = answers.map((check) => (many ? WHAT_OF_SEVERAL_NODES : ONE)[check]);
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
