/** Users and tenants interleaved at random: never another's credential. */
import type { BearerToken, CredentialProvider } from "@tokenhop/core";
import fc from "fast-check";
import { bearer, failure, fateOf, HOUR, MINUTE, type Scope, settle, someSecret, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";

const RUNS = 10_000;
const users = ["ann", "bob", "cyd", undefined] as const;
const tenants = ["one", "two", undefined] as const;
const requestOf = (user: string): Request => new Request("https://app.example/", { headers: { "x-user": user } });
const userOf = (request: Request | undefined): string => request?.headers.get("x-user") ?? "nobody";
const requests = new Map(users.map((user) => [user, user && requestOf(user)]));

type Step =
  | { readonly do: "get"; readonly user: (typeof users)[number]; readonly tenant: (typeof tenants)[number] }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "fail" | "answer" | "hold" | "invalidate" };

const weighed = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });
const step: fc.Arbitrary<Step> = fc.oneof(
  weighed(
    6,
    fc.record({
      do: fc.constant("get" as const),
      user: fc.constantFrom(...users),
      tenant: fc.constantFrom(...tenants),
    }),
  ),
  weighed(2, fc.record({ do: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 40 * MINUTE }) })),
  weighed(1, fc.record({ do: fc.constantFrom("fail", "answer", "hold", "invalidate") })),
);

interface Play {
  readonly clock: { advance(ms: number): Promise<void> };
  take(what: Step): Promise<void>;
  /** Calls whose answer was somebody else's. */
  readonly wrong: readonly string[];
  readonly given: number;
}

/** A provider of its own, whose credentials are known by whose they are. */
function start(): Play & { finish(): Promise<void> } {
  const it = world({ partition: (request) => [userOf(request)], limits: { attempts: 2, maxPartitions: 4 } });
  const { clock, source, target, provider } = it;
  const owners = new WeakMap<object, string>();
  const wrong: string[] = [];
  const held: (() => void)[] = [];
  let mode: "fail" | "answer" | "hold" = "answer";
  let given = 0;
  source.answer = (_, { request }) => {
    const token = { token: someSecret(), expiresAt: clock.now() + HOUR };
    owners.set(token, userOf(request));
    return token;
  };
  target.answer = async (_, { subject, scope }) => {
    if (mode === "fail") throw failure();
    if (mode === "hold") await new Promise<void>((resolve) => held.push(resolve));
    const credential = bearer(clock, HOUR);
    owners.set(credential, `${owners.get(subject as object)} in ${scope}`);
    return credential;
  };
  const release = (): void => {
    for (const resolve of held.splice(0)) resolve();
  };
  const get = (user: string | undefined, tenant: string | undefined): void => {
    const view: CredentialProvider<BearerToken, Scope> = tenant ? provider.with({ scope: tenant }) : provider;
    const wanted = `${user ?? "nobody"} in ${tenant}`;
    const call = view.get({ request: requests.get(user as never) });
    fateOf(
      call.then((credential) => {
        given++;
        if (owners.get(credential) !== wanted) wrong.push(`${wanted} got what is of ${owners.get(credential)}`);
        return credential;
      }),
    );
  };
  return {
    clock,
    wrong,
    get given() {
      return given;
    },
    async take(what) {
      if (what.do === "get") get(what.user, what.tenant);
      else if (what.do === "pass") await clock.advance(what.ms);
      else if (what.do === "invalidate") provider.invalidate();
      else mode = what.do;
      if (mode !== "hold") release();
    },
    async finish() {
      mode = "answer";
      release();
      await clock.advance(5 * MINUTE);
    },
  };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("storms, users and tenants", () => {
    QUnit.test("10,000 random runs: never another's credential", async (assert) => {
      let given = 0;
      const property = fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const play = start();
        for (const one of steps) await play.take(one);
        await play.finish();
        given += play.given;
        return play.wrong.length === 0;
      });
      await fc.assert(property, { numRuns: RUNS, seed: 20 });
      assert.ok(given > 2 * RUNS, `${given} credentials were given`);
    });

    QUnit.test("the test sees a credential that is another's", async (assert) => {
      const { provider, target, clock } = world({ partition: () => [] });
      target.answer = () => bearer(clock, HOUR);
      const [ann, bob] = await Promise.all(["ann", "bob"].map((user) => provider.get({ request: requestOf(user) })));
      await settle(clock);
      assert.ok(ann === bob, "a source that keeps users apart by nothing gives both the same");
    });
  });
};
