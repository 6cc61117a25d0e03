/** The emulator on a loopback port. Its clients are Node's own http and https, which Bun and Deno have too. */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { demoIds } from "@tokenhop/emulator";
import { type Served, type ServeOptions, serve } from "@tokenhop/emulator/serve";
import { assertionType, exchange, makeEmulator } from "../emulator/support.ts";
import type { Suite } from "../harness.ts";

interface Reply {
  readonly status: number;
  readonly body: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly ca?: string | undefined;
  readonly servername?: string;
}

function ask(url: string, { method = "GET", headers = {}, body, ca, servername }: Ask = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const secure = { ...(ca && { ca }), ...(servername && { servername }) };
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    const request = send(url, { method, headers, agent: false, ...secure }, (response) => {
      const chunks: string[] = [];
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: chunks.join("") }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function withServer(
  options: ServeOptions,
  use: (served: Served, emulator: ReturnType<typeof makeEmulator>) => Promise<void>,
) {
  const emulator = makeEmulator();
  const served = await serve(emulator, options);
  try {
    await use(served, emulator);
  } finally {
    await served.close();
  }
}

const configuration = `/${demoIds.tenantId}/v2.0/.well-known/openid-configuration`;

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: serve", () => {
    QUnit.test("listens over http on any free port", async (assert) => {
      await withServer({}, async ({ url, port, ca }) => {
        assert.strictEqual(url, `http://127.0.0.1:${port}`);
        assert.strictEqual(ca, undefined);
        const { status, body } = await ask(url + configuration);
        assert.strictEqual(status, 200);
        assert.strictEqual(JSON.parse(body).token_endpoint, `${url}/${demoIds.tenantId}/oauth2/v2.0/token`);
      });
    });

    QUnit.test("exchanges a token over https, trusted by its certificate alone", async (assert) => {
      await withServer({ https: true }, async ({ url, ca }, emulator) => {
        assert.ok(url.startsWith("https://127.0.0.1:") && ca?.startsWith("-----BEGIN CERTIFICATE-----"));
        const discovered = JSON.parse((await ask(url + configuration, { ca })).body);
        assert.ok(discovered.token_endpoint.startsWith(url), discovered.token_endpoint);
        const assertion = await ask(`${url}/oidc/${demoIds.oidcProvider}/token?audience=${exchange}`, {
          ca,
          headers: { authorization: `Bearer ${demoIds.oidcRequestToken}` },
        });
        const form = new URLSearchParams({
          grant_type: "client_credentials",
          client_id: demoIds.uamiClientId,
          scope: "https://management.azure.com/.default",
          client_assertion_type: assertionType,
          client_assertion: JSON.parse(assertion.body).value,
        });
        const token = await ask(discovered.token_endpoint, {
          ca,
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: form.toString(),
        });
        assert.strictEqual(token.status, 200);
        assert.strictEqual(JSON.parse(token.body).token_type, "Bearer");
        assert.strictEqual(emulator.log.at(-1)?.outcome, "granted");
      });
    });

    QUnit.test("is not trusted without its certificate", async (assert) => {
      await withServer({ https: true }, async ({ url }) => {
        await assert.rejects(ask(url + configuration), (error) => error instanceof Error);
      });
    });

    QUnit.test("has a certificate for Microsoft's name, and for chosen ones only", async (assert) => {
      const host = "login.microsoftonline.com";
      await withServer({ https: true }, async ({ url, ca }) => {
        const reply = await ask(url + configuration, { ca, servername: host, headers: { host } });
        assert.strictEqual(reply.status, 200);
        assert.strictEqual(
          JSON.parse(reply.body).token_endpoint,
          `https://${host}/${demoIds.tenantId}/oauth2/v2.0/token`,
        );
      });
      await withServer({ https: { names: ["graph.microsoft.com"] } }, async ({ url, ca }) => {
        const chosen = await ask(url + configuration, {
          ca,
          servername: "graph.microsoft.com",
          headers: { host: "graph.microsoft.com" },
        });
        assert.strictEqual(chosen.status, 200);
        await assert.rejects(
          ask(url + configuration, { ca, servername: host, headers: { host } }),
          (error) => error instanceof Error,
        );
      });
    });

    QUnit.test("refuses a foreign Host header", async (assert) => {
      await withServer({}, async ({ url }) => {
        const headers = { host: "evil.example", authorization: "Bearer the-admin-token" };
        assert.strictEqual((await ask(`${url}/admin/clock`, { headers })).status, 421);
        assert.strictEqual(
          (await ask(`${url}/admin/clock`, { headers: { ...headers, host: "localhost" } })).status,
          200,
        );
      });
    });

    QUnit.test("breaks the socket for a dropped connection, and goes on", async (assert) => {
      await withServer({}, async ({ url }, emulator) => {
        emulator.setFault({ route: "openid-configuration", kind: "drop" });
        await assert.rejects(ask(url + configuration), (error) => error instanceof Error);
        assert.strictEqual((await ask(url + configuration)).status, 200);
      });
    });

    QUnit.test("listens on loopback only", async (assert) => {
      await assert.rejects(
        serve(makeEmulator(), { hostname: "0.0.0.0" as never }),
        (error) => error instanceof TypeError,
      );
    });

    QUnit.test("closes although a connection hangs, and gives the port back", async (assert) => {
      const emulator = makeEmulator();
      const served = await serve(emulator);
      emulator.setFault({ route: "openid-configuration", kind: "hang" });
      const hanging = assert.rejects(ask(served.url + configuration), (error) => error instanceof Error);
      while (emulator.log.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await served.close();
      await hanging;
      const again = await serve(emulator, { port: served.port });
      assert.strictEqual(again.url, served.url);
      await again.close();
    });
  });
};
