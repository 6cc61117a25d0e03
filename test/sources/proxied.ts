/** Metadata that goes over plain http is not asked for through a proxy, where the runtime would take one. */
import type { IdentitySource } from "@tokenhop/core";
import { azureArc } from "@tokenhop/core/sources/azure-arc";
import { azureMl } from "@tokenhop/core/sources/azure-ml";
import { cloudShell } from "@tokenhop/core/sources/cloud-shell";
import { gcpMetadata } from "@tokenhop/core/sources/gcp-metadata";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { contextFor, failureOf, fakePlatform } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";

type Variables = Readonly<Record<string, string>>;
const proxy = "http://proxy.example:3128";
/** Node looks at its proxies only with this; Bun and Deno do without. */
const told = { NODE_USE_ENV_PROXY: "1" };
const { Bun, Deno } = globalThis as { readonly Bun?: unknown; readonly Deno?: unknown };
const always = Boolean(Bun || Deno);

/** Each endpoint, with what makes it be asked, and its host. */
const endpoints: Readonly<Record<string, readonly [() => IdentitySource, Variables, string]>> = {
  imds: [() => managedIdentity({ endpoint: "imds" }), {}, "169.254.169.254"],
  "app-service": [
    () => managedIdentity(),
    { IDENTITY_ENDPOINT: "http://localhost:8081/msi/token", IDENTITY_HEADER: "h" },
    "localhost",
  ],
  "azure-ml": [() => azureMl(), { MSI_ENDPOINT: "http://127.0.0.1:46808/MSI/auth", MSI_SECRET: "s" }, "127.0.0.1"],
  "cloud-shell": [() => cloudShell(), { MSI_ENDPOINT: "http://[::1]:50342/oauth2/token" }, "::1"],
  "azure-arc": [() => azureArc({ assumePresent: true }), {}, "127.0.0.1"],
  "gcp-metadata": [() => gcpMetadata(), { K_SERVICE: "s" }, "metadata.google.internal"],
};

/** Whether it is asked, and what it says where it is not. */
async function outcome(make: () => IdentitySource, env: Variables): Promise<readonly [asked: boolean, says: string]> {
  const platform = fakePlatform({ env, files: {} });
  const error = await failureOf(() => make().getToken({ audience: AUDIENCE }, contextFor(platform)));
  if (platform.requests.length === 0 && error.code !== "ERR_SOURCE_UNAVAILABLE") throw error;
  return [platform.requests.length > 0, error.message];
}

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("sources over plain http, with a proxy", () => {
    for (const [name, [make, variables, host]] of Object.entries(endpoints)) {
      QUnit.test(`${name} asks only where NO_PROXY has its host`, async (assert) => {
        const env = { ...variables, ...told, HTTP_PROXY: proxy };
        const [asked, says] = await outcome(make, env);
        assert.notOk(asked);
        assert.ok(says.includes(`missing NO_PROXY with ${host} (HTTP_PROXY would send the request`), says);
        assert.notOk(says.includes("proxy.example"), "a proxy's URL may hold a password");
        assert.ok((await outcome(make, variables))[0], "without a proxy");
        assert.ok((await outcome(make, { ...env, NO_PROXY: `a.example, ${host}` }))[0], "with NO_PROXY");
        assert.ok((await outcome(make, { ...env, no_proxy: host }))[0], "with no_proxy");
      });
    }

    const [imds] = endpoints.imds as readonly [() => IdentitySource, Variables, string];
    const [google] = endpoints["gcp-metadata"] as readonly [() => IdentitySource, Variables, string];
    for (const [what, make, env, asked] of [
      ["an address is covered by itself alone", imds, { NO_PROXY: "254" }, false],
      ["not by one that ends like it", imds, { NO_PROXY: "169.254,.169.254" }, false],
      ["not by a network, which Node does not know", imds, { NO_PROXY: "169.254.0.0/16" }, false],
      ["not by one list alone, where there are two", imds, { NO_PROXY: "169.254.169.254", no_proxy: "a" }, false],
      ["by * but on Deno, whose * has no address", imds, { NO_PROXY: "*" }, !Deno],
      ["a name by *", google, { NO_PROXY: "*" }, true],
      ["a name by a suffix", google, { NO_PROXY: ".google.internal" }, true],
      ["a name by a domain, in any case", google, { NO_PROXY: "Google.Internal" }, true],
      ["a name not by a part of a label", google, { NO_PROXY: "oogle.internal" }, false],
      ["nor by nothing", google, { NO_PROXY: " , " }, false],
    ] as const) {
      QUnit.test(`NO_PROXY: ${what}`, async (assert) => {
        assert.strictEqual((await outcome(make, { ...told, http_proxy: proxy, ...(env as Variables) }))[0], asked);
      });
    }

    for (const [what, env, proxied] of [
      ["is ignored by Node that is not told", { HTTP_PROXY: proxy }, always],
      ["is ignored by Node that is told no", { HTTP_PROXY: proxy, NODE_USE_ENV_PROXY: "0" }, always],
      ["counts with Node's flag", { HTTP_PROXY: proxy, NODE_OPTIONS: "--a --use-env-proxy" }, true],
      ["of everything is ignored by Node", { ALL_PROXY: proxy, ...told }, always],
      ["of everything, in lower case, too", { all_proxy: proxy, ...told }, always],
      ["that is empty is none", { HTTP_PROXY: "", ...told }, false],
      ["for https is none of it", { HTTPS_PROXY: proxy, ...told }, false],
    ] as const) {
      QUnit.test(`a proxy ${what}`, async (assert) => {
        assert.strictEqual((await outcome(imds, env as Variables))[0], !proxied);
      });
    }

    QUnit.test("https is nothing that a proxy reads", async (assert) => {
      const env = { ...told, HTTP_PROXY: proxy, IDENTITY_ENDPOINT: "https://127.0.0.1/msi", IDENTITY_HEADER: "h" };
      assert.ok((await outcome(() => managedIdentity(), env))[0]);
    });
  });
};
