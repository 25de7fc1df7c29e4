import { fastify, type FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { ActiveFaults } from "../faults/active-faults.ts";
import type { FaultSpec } from "../faults/fault.ts";
import { TestbedError } from "../testbed-error.ts";
import { labState } from "./lab-state.ts";
import type { Lab } from "./lab.ts";
import { CONTROL } from "./network/addresses.ts";
import { redisPrefix } from "./nodes/manifest-environment.ts";
import { replacePod } from "./replace-pod.ts";
import { ReportTap } from "./report-tap.ts";

export interface ServedLab {
  readonly lab: Lab;
  readonly faults: ActiveFaults;
  readonly url: string;
  /** Asks for the end. */
  readonly down: () => void;
}

const BreakSchema = { body: Type.Object({ kind: Type.String() }) };
const HealSchema = { body: Type.Object({ id: Type.Optional(Type.String()) }) };
const NodeSchema = { body: Type.Object({ name: Type.String() }) };
const RoundSchema = { params: Type.Object({ round: Type.Integer() }) };
const PodSchema = {
  params: Type.Object({ node: Type.String(), workload: Type.Enum(["ping", "pong"] as const) }),
};

/** What a laboratory does on command; it is yet to listen. */
export function labServer({ lab, faults, url, down }: ServedLab): FastifyInstance {
  const app = fastify({ forceCloseConnections: true });
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    const forUser = error instanceof TestbedError;
    const status = forUser ? 400 : (error.statusCode ?? 500);
    return reply.code(status).send({ message: status < 500 ? error.message : error.stack });
  });

  app.get("/state", () => labState(lab, faults, url));
  app.post<{ Body: FaultSpec }>("/break", { schema: BreakSchema }, ({ body }) =>
    faults.break(body),
  );
  app.post<{ Body: { id?: string } }>("/heal", { schema: HealSchema }, async ({ body }) => ({
    healed: await faults.heal(body.id),
  }));
  app.post<{ Body: { name: string } }>("/nodes", { schema: NodeSchema }, async ({ body }) => {
    await addNode(lab, body.name);
    return {};
  });
  app.delete<{ Params: { name: string } }>("/nodes/:name", async ({ params }) => {
    await lab.removeNode(params.name);
    return {};
  });
  app.post<{ Params: { node: string; workload: "ping" | "pong" } }>(
    "/nodes/:node/pods/:workload/replace",
    { schema: PodSchema },
    async ({ params }) => ({ pod: await replacePod(lab, params.node, params.workload) }),
  );
  const tap = new ReportTap(CONTROL.redis, redisPrefix());
  app.addHook("onClose", async () => tap.stop());
  app.get<{ Params: { round: number } }>("/reports/:round", { schema: RoundSchema }, ({ params }) =>
    tap.heard(params.round),
  );
  // Who asks is answered before it ends.
  app.post("/down", { onResponse: async () => down() }, () => ({}));
  return app;
}

/** One that does not come up does not stay half-way. */
async function addNode(lab: Lab, name: string): Promise<void> {
  const isThere = () => lab.nodes.some((node) => node.name === name);
  const wasThere = isThere();
  try {
    await lab.addNodes([name]);
  } catch (error) {
    if (!wasThere && isThere()) await lab.removeNode(name);
    throw error;
  }
}
