import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import type { ActiveFaults } from "../faults/active-faults.ts";
import type { FaultSpec } from "../faults/fault.ts";
import type { Workload } from "../kubernetes/objects/pod-object.ts";
import { TestbedError } from "../testbed-error.ts";
import { labState } from "./lab-state.ts";
import type { Lab } from "./lab.ts";
import type { ReportTap } from "./report-tap.ts";

/** What a laboratory does on command. Each may reject with a {@link TestbedError}. */
export const labCommands = (lab: Lab, faults: ActiveFaults, tap: ReportTap, url: string) => ({
  state: () => labState(lab, faults, url),
  /** Resolves when it is in effect; if it fails, nothing of it is left. */
  break: (spec: FaultSpec) => faults.break(spec),
  /** Heals one fault, or all, the newest first. Gives their ids. */
  // On its way here what is undefined becomes null.
  heal: (id?: string | null) => faults.heal(id ?? undefined),
  /** Resolves when its pods are ready. */
  addNode: (name: string) => lab.addNode(name),
  removeNode: (name: string) => lab.removeNode(name),
  /** A rollout: the new pod is ready before the old one goes. Gives the new one's name. */
  replacePod: (node: string, workload: Workload) => lab.replacePod(node, workload),
  /** What agents published for a round; the first question begins the listening. */
  reports: (round: number) => tap.heard(round),
});

export type LabCommands = ReturnType<typeof labCommands>;

/** What is sent to a laboratory: a command's name, and its arguments. */
export interface Asked {
  readonly name: keyof LabCommands;
  readonly args: readonly unknown[];
}

/** Answers with JSON, or with a sentence for the user where a command cannot be done; it is yet to listen. */
export const serveCommands = (commands: LabCommands): Server =>
  createServer(async (request, response) => {
    try {
      const { name, args } = JSON.parse(await text(request)) as Asked;
      const answer = await (commands[name] as (...given: unknown[]) => unknown)(...args);
      response.end(JSON.stringify(answer ?? null));
    } catch (error) {
      const { message, stack } = error as Error;
      response.writeHead(500).end(error instanceof TestbedError ? message : stack);
    }
  });
