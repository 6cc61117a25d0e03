/** The command line as a process: its events, its exit codes, what it says to a wrong command line, and what it leaves behind. */
import { existsSync } from "node:fs";
import { request } from "node:http";
import type { Suite } from "../harness.ts";
import { cli, eventsOf, kindsOf, node, startCli, TIMEOUT_MS } from "./cli-process.ts";

/** Asks a server of this machine as a browser might; the status, or why there is no answer. */
function ask(url: string, headers: Readonly<Record<string, string>> = {}, method = "GET"): Promise<number | string> {
  return new Promise((resolve) => {
    request(url, { agent: false, headers, method }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", ({ code, name }: NodeJS.ErrnoException) => resolve(code ?? name))
      .end();
  });
}

/** Where the app of a demo listens, by what it invites to. */
function appIn(out: string): string {
  return /The app: +(\S+)/.exec(out)?.[1] ?? "";
}

/** Whether a server is gone, or soon is. */
async function isGone(url: string): Promise<boolean> {
  for (let look = 0; look < 50; look++) {
    if (typeof (await ask(`${url}/`)) === "string") return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("cli: tokenhop demo", () => {
    QUnit.test("the pinned Node is there", (assert) => {
      assert.ok(existsSync(node));
    });

    for (const runtime of ["bun", "deno", "node", "workerd"]) {
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
      const running = startCli(["demo"]);
      const app = appIn(await running.printed("Ctrl+C ends it."));
      assert.strictEqual(await ask(`${app}/mistake`), 409);
      assert.strictEqual(await ask(`${app}/mistake`, { host: "a-page.example" }), 421, "by a name of a page's own");
      const refresh = (headers?: Readonly<Record<string, string>>): Promise<number | string> =>
        ask(`${app}/refresh`, headers, "POST");
      assert.strictEqual(await refresh({ origin: "https://a-page.example" }), 403, "from a page");
      assert.strictEqual(await refresh({ "sec-fetch-site": "cross-site" }), 403, "from a page without saying which");
      assert.strictEqual(await refresh(), 204);
      assert.strictEqual(await ask(`${app}/mistake`, { "sec-fetch-site": "none" }), 409, "typed by a person");
      process.kill(running.pid, "SIGINT");
      const { code, out } = await running.ended;
      assert.strictEqual(code, 0);
      assert.ok(await isGone(app));
      assert.ok(out.includes("/api/resources/demo-rg"));
      assert.ok(/why: .{20}/.test(out), "a refusal is explained");
      assert.ok(/fix: .{20}/.test(out));
    });
  });

  QUnit.module("cli: what a demo with workerd leaves behind", () => {
    QUnit.test("nothing, although a request hangs", async (assert) => {
      const running = startCli(["demo", "--runtime", "workerd"]);
      const out = await running.printed("Ctrl+C ends it.");
      const [, emulator = ""] = /The emulator: (\S+)/.exec(out) ?? [];
      const [, token = ""] = /authorization: Bearer (\S+?)'/.exec(out) ?? [];
      const hung = await fetch(`${emulator}/admin/faults`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ route: "arm", kind: "hang", times: "always" }),
      });
      assert.ok(hung.ok, await hung.text());
      const app = appIn(out);
      const waiting = ask(`${app}/api/resources/demo-rg`);
      await new Promise((resolve) => setTimeout(resolve, 500));
      process.kill(running.pid, "SIGINT");
      const { code, err } = await running.ended;
      assert.strictEqual(code, 0, err);
      assert.strictEqual(typeof (await waiting), "string", "the request was cut off");
      assert.ok(await isGone(app));
    });

    QUnit.test("nothing, although the demo was killed", async (assert) => {
      const running = startCli(["demo", "--runtime", "workerd"]);
      const [, app = ""] = /on workerd listens on (\S+)\. /.exec(await running.printed("new resource")) ?? [];
      assert.strictEqual(await ask(`${app}/mistake`), 409);
      process.kill(running.pid, "SIGKILL");
      assert.ok(await isGone(app));
      await running.ended;
    });
  });

  QUnit.module("cli: tokenhop emulate", () => {
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

  QUnit.module("cli: tokenhop", () => {
    const wrong: readonly (readonly [args: readonly string[], says: string])[] = [
      [["nonsense"], 'no command "nonsense"'],
      [["demo", "--runtime", "ruby"], "--runtime takes bun or deno or node or workerd"],
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
      for (const words of ["tokenhop demo", "tokenhop emulate", "workerd", "--azure"]) assert.ok(out.includes(words));
    });
  });
};
