import { nodeStates } from "../../core/node-states.ts";
import { driveSteps } from "../../drive-steps.ts";
import { latestRound } from "../find-round.ts";
import { JSON_TYPE, LongObject, objectPieces } from "../json-stream.ts";
import { NodeStatesBodySchema } from "../schemas/node-states.ts";
import { NoParametersSchema } from "../schemas/parameters.ts";
import { type RoundView } from "./round-view.ts";

/** A round with one row per node. */
export const NODE_STATES_VIEW: RoundView<typeof NoParametersSchema> = {
  path: "/node-states",
  summary: {
    ofLast: "Each node in the last round: its agent, what it reaches, who reaches it",
    ofKept: "Each node in one round. For an old round, only failures are counted",
  },
  query: NoParametersSchema,
  body: NodeStatesBodySchema,
  last: latestRound,
  write: () => ({
    type: JSON_TYPE,
    variant: "",
    piecesOf: async (round) => {
      const nodes = await driveSteps(nodeStates(round));
      return objectPieces(new LongObject({ round: round.head }, { nodes }));
    },
  }),
};
