/** What the scenes of `@tokenhop/cloudflare` in workerd share. */
import type { Assert, QUnitLike } from "../harness.ts";
import type { Seen } from "./cloudflare-caller.ts";
import { type CloudflareStage, openCloudflare } from "./cloudflare-stage.ts";
import { SCOPE } from "./order.ts";
import { once } from "./results.ts";
import { dates } from "./serve.ts";

/** One thing that happens on a stage, in a world of its own, and what shall come of it. */
export interface Scene {
  readonly says: string;
  play(assert: Assert, stage: CloudflareStage, world: number): Promise<void>;
}

/** How many requests the identity endpoint, the token endpoint and the API got. */
export const exchanges = ({ upstream }: CloudflareStage, world: number): readonly number[] => [
  upstream.count(world, "source"),
  upstream.count(world, "target", SCOPE),
  upstream.count(world, "api"),
];

/** Whether the answer is an access token of this world. */
export function isTokenOf({ upstream }: CloudflareStage, { status, text = "" }: Seen, world: number): boolean {
  const owner = upstream.ownerOf(text);
  return status === 200 && owner?.world === world && owner.hop === "target";
}

/** Registers a test for each scene and date. The scene at place n has world n + 1; there are more if a scene needs them. */
export function playScenes(QUnit: QUnitLike, name: string, scenes: readonly Scene[], worlds = scenes.length): void {
  for (const date of Object.keys(dates)) {
    const open = once(() =>
      openCloudflare(
        date,
        Array.from({ length: worlds }, (_, at) => at + 1),
      ),
    );
    let left = scenes.length;
    QUnit.module(`${name}, ${date}`, () => {
      for (const [at, { says, play }] of scenes.entries()) {
        QUnit.test(says, async (assert) => {
          const stage = await open();
          await play(assert, stage, at + 1);
          left--;
          if (left === 0) stage.close();
        });
      }
    });
  }
}
