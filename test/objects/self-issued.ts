/** The source `self-issued` with real service bindings: what RPC makes of an answer, of an error, and of a method that is not there. */
import type { Suite } from "../harness.ts";
import { record } from "../leak.ts";
import { openStage, type ServiceOf } from "./stage.ts";

const MINTER = "a service binding to an IssuerEntrypoint with props, or issuer.minter(subject)";
const DOCS = "https://github.com/tokenhop/tokenhop/blob/main/docs/errors.md";
const entrypoints = ["Good", "Refusing", "Failing", "Broken", "Uncloneable", "Silent", "Sealed", "Empty"];

const failed = (recovery: string, why: string): object => ({
  found: true,
  name: "TokenError",
  code: "ERR_SOURCE_FAILED",
  step: "self-issued",
  recovery,
  message: `Cannot get a token from self-issued: ${why} (ERR_SOURCE_FAILED, ${DOCS}#err_source_failed)`,
});
const outage = failed("retry", "no answer");
const wrong = failed("stop", `expected ${MINTER}`);

/** By the name of the binding; `Default` has no entrypoint, `Unbound` is not there. */
const expected: Readonly<Record<string, object>> = {
  Good: { found: true, parts: 3, endsInMinutes: 10 },
  Refusing: {
    found: true,
    name: "TokenError",
    code: "ERR_ISSUER_REFUSED",
    step: "self-issued",
    recovery: "stop",
    message: `Cannot mint a token: the audience "api://things" is not allowed (ERR_ISSUER_REFUSED, ${DOCS}#err_issuer_refused)`,
  },
  Failing: outage,
  Broken: outage,
  Uncloneable: outage,
  Silent: { found: true, threw: "TimeoutError" },
  Sealed: wrong,
  Empty: wrong,
  Default: wrong,
  Unbound: {
    found: false,
    name: "TokenError",
    code: "ERR_SOURCE_UNAVAILABLE",
    step: "self-issued",
    recovery: "stop",
    message: `Cannot get a token from self-issued: missing ${MINTER} (ERR_SOURCE_UNAVAILABLE, ${DOCS}#err_source_unavailable)`,
  },
};

const sorted = (value: object): unknown => Object.fromEntries(Object.entries(value).sort());

export const suite: Suite = (QUnit) => {
  QUnit.module("self-issued over a service binding", () => {
    QUnit.test("says of each what is to be done about it", async (assert) => {
      const program = `export { default } from "./test/objects/self-issued-app.ts"; export * from "./test/objects/self-issued-app.ts";`;
      const services: Record<string, ServiceOf> = { Default: { service: "issuer" } };
      for (const entrypoint of entrypoints) services[entrypoint] = { service: "issuer", entrypoint };
      const stage = await openStage({
        workers: { app: { program, services }, issuer: { program } },
        sockets: { http: { service: "app" } },
      });
      try {
        for (const [binding, answer] of Object.entries(expected)) {
          const seen = (await (await fetch(`${stage.url}/${binding}`)).json()) as object;
          record("what a source said", seen);
          assert.deepEqual(sorted(seen), sorted(answer), binding);
        }
      } finally {
        stage.close();
      }
    });
  });
};
