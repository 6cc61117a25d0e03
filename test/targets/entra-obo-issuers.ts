/** Whose users the target entra-obo serves: those of the Entra that it asks. */
import { entraObo } from "@tokenhop/core/targets/entra-obo";
import { failureOf } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { act, OBO, userWith } from "./entra-obo-support.ts";
import { TENANT } from "./entra-support.ts";

const V2 = "https://login.microsoftonline.com";

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target entra-obo, its users' issuers", () => {
    QUnit.test("serves the users of the issuers of its own cloud and authority", async (assert) => {
      const authority = "https://Login.Example/Emu/";
      const served: readonly (readonly [string, object])[] = [
        [`https://login.microsoftonline.us/${TENANT}/v2.0`, { cloud: "usgov" }],
        [`https://sts.windows.net/${TENANT}/`, { cloud: "usgov" }],
        [`https://sts.chinacloudapi.cn/${TENANT}/`, { cloud: "china" }],
        [`https://login.sovcloud-identity.fr/${TENANT}/v2.0`, { cloud: "france" }],
        [`https://login.example/Emu/${TENANT}/v2.0`, { authority }],
        [`${V2}/${TENANT}/v2.0`, { authority }],
      ];
      for (const [iss, options] of served) {
        const { token } = await act(options, { user: await userWith({ iss }) });
        assert.strictEqual(token.kind, "bearer", iss);
      }
      const user = await userWith({ iss: `https://sts.windows.net/${TENANT}/` });
      for (const cloud of ["china", "france"] as const) {
        const error = await failureOf(() => entraObo({ ...OBO, cloud }).validate?.({ user }));
        assert.strictEqual(error.code, "ERR_AUTH_FORBIDDEN", cloud);
      }
      const nowhere = await userWith({ iss: `undefined/${TENANT}/` });
      const error = await failureOf(() => entraObo({ ...OBO, cloud: "france" }).validate?.({ user: nowhere }));
      assert.strictEqual(error.code, "ERR_AUTH_FORBIDDEN", "no cloud's");
    });
  });
};
