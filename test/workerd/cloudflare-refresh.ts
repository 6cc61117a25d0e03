/** Who keeps a refresh alive when what began it has ended: `ctx.waitUntil` of each kind of handler, and `workersPlatform()`. */
import type { Suite } from "../harness.ts";
import type { Seen } from "./cloudflare-caller.ts";
import { exchanges, isTokenOf, playScenes, type Scene } from "./cloudflare-scene.ts";
import type { CloudflareStage, Entrypoint } from "./cloudflare-stage.ts";
import { SCOPE } from "./order.ts";
import { pause } from "./stage.ts";

/** What begins a refresh; each has an answer without waiting for it. */
interface Beginning {
  readonly says: string;
  readonly entrypoint?: Entrypoint;
  begin(stage: CloudflareStage, world: number): Promise<Seen>;
}

const beginnings: readonly Beginning[] = [
  { says: "a request", begin: (stage, world) => stage.fetch(world, "/") },
  { says: "an RPC", begin: (stage, world) => stage.rpc(world, ["status"]) },
  {
    says: "a request that no adapter serves",
    entrypoint: "Alone",
    begin: (stage, world) => stage.fetch(world, "/", "Alone"),
  },
];

/** The runs of these end when what they keep alive does. */
const runs: readonly Beginning[] = [
  { says: "a cron trigger", begin: (stage, world) => stage.scheduled(world, "* * * * *") },
  { says: "a batch of messages", begin: (stage, world) => stage.queue(world, ["now"]) },
];

/** The first token wants to be renewed after a second; the exchange for the second one is not answered before `open`. */
function behave({ upstream }: CloudflareStage, world: number): () => void {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  upstream.behave(world, {
    life: (hop, call) => ({ expires_in: 3_600, ...(hop === "target" && call === 1 && { refresh_in: 1 }) }),
    async before(hop, call) {
      if (hop === "target" && call === 2) await opened;
      return true;
    },
  });
  return () => open();
}

const sceneOf = ({ says, entrypoint, begin }: Beginning, endsBefore: boolean): Scene => ({
  says: `a refresh begun by ${says} goes on behind it`,
  async play(assert, stage, world) {
    const { upstream } = stage;
    const open = behave(stage, world);
    const first = await stage.fetch(world, "/", entrypoint);
    await pause(1_300);
    const begun = begin(stage, world);
    // The API is called with the held token, so nobody waits for the new one.
    await upstream.arrived(world, "api", 2);
    const early = endsBefore ? await begun : undefined;
    assert.notOk(early?.thrown, early?.thrown);
    await upstream.arrived(world, "target", 2, SCOPE);
    open();
    await begun;
    await pause(300);
    const later = await stage.fetch(world, "/", entrypoint);
    assert.ok(isTokenOf(stage, later, world) && later.text !== first.text, "the new one is there");
    assert.deepEqual(exchanges(stage, world), [1, 2, 3]);
  },
});

const scenes: readonly Scene[] = [
  ...beginnings.map((one) => sceneOf(one, true)),
  ...runs.map((one) => sceneOf(one, false)),
];

export const suite: Suite = (QUnit) => playScenes(QUnit, "@tokenhop/cloudflare's refresh", scenes);
