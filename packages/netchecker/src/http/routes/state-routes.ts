import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { StateSchema } from "@netchecker/contract";
import { UnavailableSchema } from "../schemas/errors.ts";
import { NoParametersSchema } from "../schemas/parameters.ts";
import { HttpError } from "../http-error.ts";
import { EventStream } from "../event-stream.ts";
import { stateOf } from "../serve-state.ts";
import { StateFeed } from "../state-feed.ts";
import type { Served } from "../served.ts";

/** Each listener holds a connection and some kilobytes. */
const MAX_LISTENERS = 100;

const EVENT_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  // Without keep-alive, because an unused connection would delay the shutdown.
  connection: "close",
  // Tells nginx to pass events on at once.
  "x-accel-buffering": "no",
};

/** The state of netchecker itself: once, and as server-sent events. */
export function stateRoutes(served: Served): FastifyPluginAsyncTypebox {
  const feed = new StateFeed(served);
  const streams = new Set<EventStream>();
  return async (app) => {
    app.get(
      "/state",
      {
        schema: {
          summary: "The state of netchecker itself: the last round, the open round, what is away",
          querystring: NoParametersSchema,
          response: { 200: StateSchema },
        },
      },
      async (_request, reply) => {
        reply.header("cache-control", "no-store");
        return stateOf(served);
      },
    );

    app.get(
      "/events",
      {
        // A HEAD request would listen for ever.
        exposeHeadRoute: false,
        schema: {
          summary: "The state as server-sent events: one event at once, and one at each change",
          querystring: NoParametersSchema,
          response: {
            200: {
              description: "Events with the name `state`, and a comment every 15 s",
              content: { "text/event-stream": { schema: StateSchema } },
            },
            503: UnavailableSchema,
          },
        },
      },
      (_request, reply) => {
        if (streams.size >= MAX_LISTENERS)
          throw new HttpError(
            503,
            "too_many_listeners",
            `${MAX_LISTENERS} listen to /events already; poll /state instead.`,
            { "retry-after": "30" },
          );
        const events = new EventStream();
        const ending = feed.listen((state) => events.send("state", state));
        streams.add(events);
        events.once("close", () => {
          ending();
          streams.delete(events);
        });
        return reply.headers(EVENT_HEADERS).send(events as never) as never;
      },
    );

    app.addHook("preClose", async () => {
      for (const events of streams) events.end();
    });
  };
}
