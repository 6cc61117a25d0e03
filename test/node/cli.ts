/** The command line as a process: its events, its exit codes, and what it says to a wrong command line. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Suite } from "../harness.ts";

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const node = fileURLToPath(new URL("../../node_modules/node/bin/node", import.meta.url));
const main = createRequire(import.meta.url).resolve("../../packages/cli/src/main.ts");
const TIMEOUT_MS = 60_000;

/** Runs the CLI to its end. `interruptWhen`: presses Ctrl+C once the output holds this. */
function cli(args: readonly string[], interruptWhen?: string): Promise<Ended> {
  const child = spawn(node, ["--conditions=tokenhop-source", main, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), TIMEOUT_MS);
  let out = "";
  let err = "";
  let awaited = interruptWhen;
  child.stdout.on("data", (chunk: Uint8Array) => {
    out += new TextDecoder().decode(chunk);
    if (awaited === undefined || !out.includes(awaited)) return;
    awaited = undefined;
    // Not child.kill: after that Deno calls any end of the child an end by the signal.
    if (child.pid !== undefined) process.kill(child.pid, "SIGINT");
  });
  child.stderr.on("data", (chunk: Uint8Array) => {
    err += new TextDecoder().decode(chunk);
  });
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, out, err });
    });
  });
}

type Event = Readonly<Record<string, unknown>>;

function eventsOf(out: string): Event[] {
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
}

/** The kinds in their order, without the repeats that depend on how long a step took. */
function kindsOf(events: readonly Event[]): string[] {
  const kinds = events.map(({ event }) => String(event));
  return kinds.filter((kind, at) => kind !== "refresh" || !kinds.slice(0, at).includes("refresh"));
}

export const suite: Suite = (QUnit) => {
  QUnit.module("tokenhop demo", () => {
    QUnit.test("the pinned Node is there", (assert) => {
      assert.ok(existsSync(node));
    });

    for (const runtime of ["bun", "deno", "node"]) {
      QUnit.test(`plays the whole scenario with the app on ${runtime}`, async (assert) => {
        const { code, out, err } = await cli(["demo", "--once", "--json", "--runtime", runtime]);
        assert.strictEqual(code, 0, err);
        const events = eventsOf(out);
        assert.deepEqual(kindsOf(events), [
          ...["credential", "resource.new", "resource.new", "resource.new", "resource.removed", "refresh"],
          ...["forbidden", "forbidden", "credential", "graph", "refused", "refused", "done"],
        ]);
        const codes = events.filter(({ event }) => event === "forbidden").map(({ status, code }) => [status, code]);
        assert.deepEqual(codes, [
          [403, "AuthorizationFailed"],
          [403, "Authorization_RequestDenied"],
        ]);
        assert.deepEqual(
          events.filter(({ event }) => event === "refused").map(({ aadsts }) => aadsts),
          [700231, 700231],
        );
        const [first] = events;
        assert.strictEqual(first?.provider, "arm");
        assert.ok(Number(first?.expiresAt) > Date.now() - TIMEOUT_MS, "expiresAt is an instant in epoch ms");
      });
    }

    QUnit.test("a step that fails makes the exit code non-zero, and says what was refused", async (assert) => {
      const { code, out } = await cli(["demo", "--once", "--json", "--fault", "s1"]);
      assert.strictEqual(code, 1);
      const failed = eventsOf(out).find(({ event }) => event === "failed");
      assert.strictEqual(failed?.step, "s1");
      assert.ok(String(failed?.reason).includes("700213"), String(failed?.reason));
      assert.ok(!out.includes('"done"'));
    });

    QUnit.test("stays up with what to try, until Ctrl+C", async (assert) => {
      const { code, out } = await cli(["demo"], "Ctrl+C ends it.");
      assert.strictEqual(code, 0);
      assert.ok(out.includes("/api/resources/demo-rg"));
      assert.ok(/why: .{20}/.test(out), "a refusal is explained");
      assert.ok(/fix: .{20}/.test(out));
    });
  });

  QUnit.module("tokenhop emulate", () => {
    QUnit.test("prints where it listens and ends on Ctrl+C", async (assert) => {
      const { code, out } = await cli(["emulate", "--json"], "\n");
      assert.strictEqual(code, 0);
      const [listening] = eventsOf(out);
      assert.strictEqual(listening?.event, "listening");
      assert.ok(/^http:\/\/127\.0\.0\.1:\d+$/.test(String(listening?.url)));
    });

    QUnit.test("refuses a config with all its problems, before it listens", async (assert) => {
      const { code, out, err } = await cli(["emulate", "--config", "package.json"]);
      assert.strictEqual(code, 1);
      assert.strictEqual(out, "");
      assert.ok(err.includes("tenants"), err);
    });
  });

  QUnit.module("tokenhop", () => {
    const wrong: readonly (readonly [args: readonly string[], says: string])[] = [
      [["nonsense"], 'no command "nonsense"'],
      [["demo", "--runtime", "ruby"], "--runtime takes bun or deno or node"],
      [["demo", "--wat"], "--wat"],
      [["emulate", "--port", "70000"], "--port takes a number"],
    ];
    for (const [args, says] of wrong) {
      QUnit.test(`${args.join(" ")} is a usage error`, async (assert) => {
        const { code, out, err } = await cli(args);
        assert.strictEqual(code, 2);
        assert.strictEqual(out, "");
        assert.ok(err.includes(says), err);
      });
    }

    QUnit.test("--help prints the help", async (assert) => {
      const { code, out } = await cli(["--help"]);
      assert.strictEqual(code, 0);
      assert.ok(out.includes("tokenhop demo"));
    });
  });
};
