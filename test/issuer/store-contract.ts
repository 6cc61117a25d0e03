/** The contract for key stores finds what is wrong with one. */
import type { KeyStore } from "@tokenhop/issuer";
import { memoryKeyStore } from "@tokenhop/issuer/stores/memory";
import { keyStoreProblems } from "@tokenhop/issuer/testing";
import type { Suite } from "../harness.ts";
import { record } from "../leak.ts";
import { broken, jsonStore } from "./broken-stores.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("issuer, contract for key stores", () => {
    QUnit.test("finds nothing wrong with one that is right", async (assert) => {
      const store = jsonStore();
      assert.deepEqual(await keyStoreProblems(() => store), []);
      const frozen = memoryKeyStore();
      const read = async () => Object.freeze(await frozen.read());
      assert.deepEqual(await keyStoreProblems(async () => ({ ...frozen, read })), [], "a promise of it will do");
    });

    for (const { what, make, problem } of broken) {
      QUnit.test(`finds out one that is wrong: ${what}`, async (assert) => {
        const store = make();
        const problems = await keyStoreProblems(() => store);
        record("problems", problems);
        assert.strictEqual(problems[0], problem);
      });
    }

    QUnit.test(
      "finds out one whose handles know nothing of each other, and one that cannot be opened",
      async (assert) => {
        let opened = 0;
        const handles = [jsonStore(), jsonStore()];
        assert.deepEqual(await keyStoreProblems(() => handles[opened++] as KeyStore), [
          "open: expected the same ring through another handle",
        ]);
        assert.deepEqual(await keyStoreProblems(() => Promise.reject(new TypeError("no"))), ["it throws (TypeError)"]);
        assert.deepEqual(await keyStoreProblems(() => undefined as never), [
          "name: expected one in kebab-case",
          "keeps: expected crypto-key or jwk",
        ]);
      },
    );
  });
};
