/** What `gcpSts` was given stays as it was, and tells credentials apart. */
import { createCache, federate } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { gcpSts } from "@tokenhop/core/targets/gcp-sts";
import { scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { json } from "../contract/platform.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { exchanged } from "./exchange-support.ts";
import { AS_ACCOUNT, federated, impersonated, POOL, PROVIDER } from "./gcp-sts-support.ts";

const READ = "https://www.googleapis.com/auth/devstorage.read_only";
const EMAIL = "https://www.googleapis.com/auth/userinfo.email";

export const suite: Suite = (QUnit) => {
  QUnit.module("target gcp-sts, what it was given", () => {
    QUnit.test("stays what it was, whatever the caller does with the lists", async (assert) => {
      const [scopes, delegates, hosts] = [[READ], ["a@b.example"], ["api.example.com"]];
      const target = gcpSts({ ...AS_ACCOUNT, scopes, delegates, hosts });
      const before = JSON.stringify([target.identity, target.partition?.({}), target.hosts?.({})]);
      scopes.push(EMAIL);
      delegates.push("c@d.example");
      hosts.push("evil.example");
      assert.strictEqual(JSON.stringify([target.identity, target.partition?.({}), target.hosts?.({})]), before);
      const { sent } = await exchanged(target, [json(federated()), json(impersonated())]);
      assert.deepEqual(JSON.parse(sent[1]?.body ?? ""), {
        scope: [READ],
        delegates: ["projects/-/serviceAccounts/a@b.example"],
      });
    });

    QUnit.test("the same audience, said or not, is the same credential", (assert) => {
      const said = gcpSts({ ...POOL, subjectAudience: `https:${PROVIDER}` });
      assert.deepEqual(said.identity, gcpSts(POOL).identity);
    });

    QUnit.test("two audiences of the identity token are two credentials of a shared cache", async (assert) => {
      const platform = testPlatform({ fetch: scriptedFetch([json(federated()), json(federated())]) });
      const cache = createCache();
      const from = fromFunction(() => canaryToken());
      const texts: string[] = [];
      for (const subjectAudience of ["one", "two"]) {
        const provider = federate({ from, to: gcpSts({ ...POOL, subjectAudience }), platform, cache });
        texts.push((await provider.get()).token.reveal());
      }
      assert.ok(texts[0] !== texts[1]);
    });
  });
};
