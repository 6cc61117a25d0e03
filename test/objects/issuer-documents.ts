/** The public documents in front of an object that answers, is slow, hangs, fails or talks nonsense. */
import type { Suite } from "../harness.ts";
import { callerModule, type Seen, tellAt } from "../workerd/cloudflare-caller.ts";
import { once } from "../workerd/results.ts";
import type { Front } from "./documents-failures.ts";
import { JWKS, scenes } from "./documents-scenes.ts";
import { AUDIENCE, ORDERS } from "./issuer-names.ts";
import { openStage, type ServiceOf, type Stage } from "./stage.ts";
import { type Play, playTogether } from "./together.ts";

/** All Workers of all scenes, one each, and the one that asks them. */
function openFronts(): Promise<Stage> {
  const names = scenes.map((_, at) => `front${at}`);
  const fronts = names.map((name, at) => [
    name,
    {
      program: `export * from "./test/objects/documents-app.ts";`,
      texts: scenes[at]?.place ? { PLACE: JSON.stringify(scenes[at].place) } : {},
    },
  ]);
  const services = names.flatMap((service): [string, ServiceOf][] => [
    [`${service}Public`, { service, entrypoint: "handler" }],
    [`${service}Issuer`, { service, entrypoint: "Issuer", props: ORDERS }],
    [`${service}Control`, { service, entrypoint: "Control" }],
  ]);
  const sockets = names.map((service): [string, ServiceOf] => [service, { service, entrypoint: "handler" }]);
  return openStage({
    workers: {
      ...Object.fromEntries(fronts),
      caller: { program: callerModule, services: Object.fromEntries(services) },
    },
    sockets: { http: { service: "caller" }, ...Object.fromEntries(sockets) },
  });
}

function pageOf({ status, headers, text = "", thrown }: Seen): string {
  if (status === 503) return `503 after ${headers?.["retry-after"]} s`;
  const call = /"call":(\d+)/.exec(text)?.[1];
  return thrown ?? [status, call && `call ${call}`].filter(Boolean).join(" ");
}

function replyOf({ value, thrown }: Seen): string {
  const { ok, error } = Object(value) as {
    readonly ok?: boolean;
    readonly error?: Record<"code" | "recovery", string>;
  };
  return thrown ?? (ok ? "ok" : `${error?.code} ${error?.recovery}`);
}

function frontOf(stage: Stage, at: number): Front {
  const tell = tellAt(stage.url);
  const control = async (name: string, ...given: readonly unknown[]): Promise<unknown> =>
    (await tell("rpc", `front${at}Control`, [[name, ...given]], "call")).value;
  const counts = async () =>
    (await control("counts")) as { readonly calls: number; readonly stubs: readonly unknown[] };
  const mint = (): Promise<Seen> => tell("rpc", `front${at}Issuer`, [["mint", { audience: AUDIENCE }]], "call");
  return {
    get: async (url = JWKS, init = {}) => pageOf(await tell("fetch", `front${at}Public`, url, init)),
    async age() {
      const { headers } = await tell("fetch", `front${at}Public`, JWKS);
      return [headers?.["cache-control"], headers?.age && `age ${headers.age}`].filter(Boolean).join(", ");
    },
    mint: async () => replyOf(await mint()),
    told: async () => Object((await mint()).value).error?.message,
    become: async (behaviour) => void (await control("become", behaviour)),
    later: async (ms) => void (await control("later", ms)),
    calls: async () => (await counts()).calls,
    stubs: async () => (await counts()).stubs,
    log: () => stage.log(),
    url: stage.urls[`front${at}`] ?? "",
  };
}

export const suite: Suite = (QUnit) => {
  const open = once(openFronts);
  const plays = scenes.map(
    ({ says, play, expected }, at): Play => ({
      says,
      expected,
      play: async () => {
        const stage = await open();
        return play(frontOf(stage, at));
      },
    }),
  );
  playTogether(QUnit, "the issuer's public documents", plays, async () => (await open()).close());
};
