/** The demo in other clouds, as a process: one identity becomes a role in AWS, or a service account of Google Cloud. */
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import { cli, eventsOf, kindsOf } from "./cli-process.ts";

const buckets: Readonly<Record<string, readonly [name: string, type: string, code: string]>> = {
  aws: [demoIds.awsBucket, "AWS::S3::Bucket", "AccessDenied"],
  gcp: [demoIds.gcpBucket, "storage.googleapis.com/Bucket", "forbidden"],
};

const cases = [
  ["aws", "bun"],
  ["aws", "workerd"],
  ["gcp", "deno"],
  ["gcp", "workerd"],
] as const;

export const suite: Suite = (QUnit) => {
  QUnit.module("cli: tokenhop demo --cloud", () => {
    // All at the same time: most of it is waiting for credentials to be renewed.
    let playing: ReturnType<typeof cli>[] | undefined;
    const play = (at: number): ReturnType<typeof cli> => {
      playing ??= cases.map(([cloud, runtime]) =>
        cli(["demo", "--once", "--json", "--runtime", runtime, "--cloud", cloud]),
      );
      return playing[at] as ReturnType<typeof cli>;
    };

    for (const [at, [cloud, runtime]] of cases.entries()) {
      QUnit.test(`plays in ${cloud} with the app on ${runtime}`, async (assert) => {
        const { code, out, err } = await play(at);
        assert.strictEqual(code, 0, out + err);
        const events = eventsOf(out);
        const [name, type, refusal] = buckets[cloud] ?? [];
        assert.deepEqual(
          kindsOf(events).filter((kind) => kind !== "refresh"),
          ["credential", "resource.new", "forbidden", "done"],
        );
        const ends = events.filter((event) => event.provider === cloud).map(({ expiresAt }) => Number(expiresAt));
        assert.ok(ends.length >= 3, "a credential, and two that took its place");
        assert.deepEqual(
          ends,
          [...new Set(ends)].sort((a, b) => a - b),
          "each lives longer than the one before",
        );
        const found = events.find(({ event }) => event === "resource.new");
        assert.deepEqual([found?.name, found?.type], [name, type]);
        assert.strictEqual(events.find(({ event }) => event === "forbidden")?.code, refusal);
      });
    }

    for (const args of [["--azure"], ["--fault", "s1"]]) {
      QUnit.test(`refuses ${args[0]} beside it`, async (assert) => {
        const { code, err } = await cli(["demo", "--cloud", "aws", ...args]);
        assert.strictEqual(code, 2);
        assert.ok(err.includes("--cloud"), err);
      });
    }

    QUnit.test("knows no other cloud", async (assert) => {
      const { code, err } = await cli(["demo", "--cloud", "oci"]);
      assert.deepEqual([code, err.split("\n")[0]], [2, '--cloud takes aws or gcp, not "oci"']);
    });
  });
};
