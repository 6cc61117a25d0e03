import { cloudShell } from "@tokenhop/core/sources/cloud-shell";
import { contextFor, failureOf, fakePlatform, json, type Sent } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { body, endpoints, local } from "./managed-identity-cases.ts";

const env = { MSI_ENDPOINT: "http://localhost:50342/oauth2/token" };
const machineLearning = "no MSI_SECRET (here it is Machine Learning's)";

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "cloud-shell",
    provenance: "platform",
    create: () => cloudShell(),
    unavailable: [
      { where: "elsewhere", names: ["MSI_ENDPOINT"] },
      { where: "in Machine Learning", env: { ...env, MSI_SECRET: "s" }, names: [machineLearning] },
      {
        where: "with an endpoint elsewhere",
        env: { MSI_ENDPOINT: "https://evil.example/" },
        names: [`MSI_ENDPOINT ${local} (it is asked over plain http)`],
      },
    ],
    mistakes: [],
    wire: {
      env,
      method: "POST",
      body,
      audienceOf: (sent) => new URLSearchParams(sent.body).get("resource"),
      notFound: "retry",
    },
  });

  QUnit.module("source cloud-shell, its own", () => {
    QUnit.test("posts the resource as a form", async (assert) => {
      const platform = fakePlatform({ env, respond: () => json(body(freshToken())) });
      await cloudShell().getToken({ audience: "https://management.azure.com/.default" }, contextFor(platform));
      const [sent] = platform.requests as readonly [Sent];
      assert.strictEqual(sent.url.href, env.MSI_ENDPOINT);
      assert.strictEqual(sent.body, "resource=https%3A%2F%2Fmanagement.azure.com");
      assert.strictEqual(sent.headers.get("metadata"), "true");
    });

    for (const [endpoint, allowed] of endpoints) {
      QUnit.test(`${allowed ? "takes" : "refuses"} MSI_ENDPOINT ${endpoint}`, async (assert) => {
        const platform = fakePlatform({ env: { MSI_ENDPOINT: endpoint }, respond: () => json(body(freshToken())) });
        assert.strictEqual(cloudShell().detect(platform).found, allowed);
        const asked = cloudShell().getToken({ audience: AUDIENCE }, contextFor(platform));
        if (allowed) await asked;
        else assert.strictEqual((await failureOf(() => asked)).code, "ERR_SOURCE_UNAVAILABLE");
        assert.strictEqual(platform.requests.length, allowed ? 1 : 0);
      });
    }
  });
};
