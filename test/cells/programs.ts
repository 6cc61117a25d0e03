/** The complete programs of READMEs, run as they stand there, each on a runtime on which it runs as it is. */
import { whileProgramRuns } from "../adapters/readme-program.ts";
import { readAnswer } from "../contract/adapter/stage.ts";
import type { Assert, Suite } from "../harness.ts";

type Ask = Parameters<Parameters<typeof whileProgramRuns>[1]>[0];
type Program = Parameters<Parameters<typeof whileProgramRuns>[1]>[1];

/** Asks it for the users that it reads from Microsoft Graph. */
const programOf =
  (adapter: string, askIt: (ask: Ask, program: Program) => Promise<Response> | Response | undefined): Suite =>
  (QUnit) => {
    QUnit.module(`adapter ${adapter}, its README`, () => {
      QUnit.test("the complete program runs", async (assert: Assert) => {
        await whileProgramRuns(adapter, async (ask, program) => {
          const response = await askIt(ask, program);
          if (response === undefined) throw new Error("There is nothing to ask");
          const { status, text } = await readAnswer(response);
          assert.ok(status === 200 && text.includes("Ada Lovelace"), `${status} ${text}`);
        });
      });
    });
  };

export const honoProgram: Suite = programOf("hono", (_ask, { default: app }) =>
  app?.fetch(new Request("http://localhost/api/users")),
);

export const h3Program: Suite = programOf("h3", (ask) => ask("/api/users"));

/** It listens by `Bun.serve`, on any port of loopback instead of where it wants to. */
export const elysiaProgram: Suite = (QUnit) => {
  const { serve } = Bun;
  const servers: { readonly port?: number | undefined; stop(all: boolean): unknown }[] = [];
  const onLoopback = (options: object): unknown => {
    const server = serve({ ...options, hostname: "127.0.0.1", port: 0 } as Parameters<typeof serve>[0]);
    servers.push(server);
    return server;
  };
  programOf("elysia", async (ask) => {
    try {
      return await ask("/api/users", `http://127.0.0.1:${servers[0]?.port}`);
    } finally {
      Object.assign(Bun, { serve });
      for (const server of servers) server.stop(true);
    }
  })({
    ...QUnit,
    test: (name, run) =>
      QUnit.test(name, (assert) => {
        Object.assign(Bun, { serve: onLoopback });
        return run(assert);
      }),
  });
};
