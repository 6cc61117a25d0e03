/** What the source of Kubernetes asks the API server, and what it makes of the answers. */
import type { Fetch } from "@tokenhop/core";
import { type KubernetesTokenRequest, kubernetes } from "@tokenhop/core/sources/kubernetes";
import { assertHides, failureOf, fakePlatform, json, NOW, type Sent } from "../contract/platform.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { answering, ask, env, files, granted, orders, own, path, seconds, statusOf } from "./kubernetes-support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("source kubernetes, its TokenRequest", () => {
    const server = "https://k8s.example";
    for (const [what, more, world, base] of [
      ["the variables", {}, env, "https://10.96.0.1"],
      [
        "an IPv6 address",
        {},
        { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "6443" },
        "https://[fd00::1]:6443",
      ],
      ["the option", { server }, env, server],
      ["the option with a path", { server: `${server}/k8s/clusters/c-1//` }, {}, `${server}/k8s/clusters/c-1`],
      ["an emulator", { server: "http://127.0.0.1:8001/", allowHttpLoopback: true }, {}, "http://127.0.0.1:8001"],
    ] as const) {
      QUnit.test(`asks at the server of ${what}`, async (assert) => {
        const platform = answering(granted(freshToken()), { status: 201 }, world as typeof env);
        await ask(platform, more);
        const [sent] = platform.requests as readonly [Sent];
        assert.strictEqual(sent.url.href, `${base}/api/v1/namespaces/shop/serviceaccounts/orders/token`);
      });
    }

    for (const [what, more, spec] of [
      ["nothing but the audience", {}, {}],
      ["a lifetime, in whole seconds", { lifetimeMs: 900_999 }, { expirationSeconds: 900 }],
      [
        "a pod to end with",
        { boundObjectRef: { kind: "Pod", name: "orders-7d4", uid: "7c3f0a52" } },
        { boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "orders-7d4", uid: "7c3f0a52" } },
      ],
    ] as const) {
      QUnit.test(`asks for ${what}`, async (assert) => {
        const platform = answering(granted(freshToken()));
        await ask(platform, more);
        const [sent] = platform.requests as readonly [Sent];
        assert.ok(sent.headers.get("authorization") === `Bearer ${own}`);
        assert.strictEqual(sent.headers.get("content-type"), "application/json");
        assert.deepEqual(JSON.parse(sent.body), {
          apiVersion: "authentication.k8s.io/v1",
          kind: "TokenRequest",
          spec: { audiences: [AUDIENCE], ...spec },
        });
      });
    }

    QUnit.test("reads the pod's own token anew each time, where the option says", async (assert) => {
      const tokens = [canaryToken({ exp: seconds + 60 }), canaryToken({ exp: seconds + 60 })];
      const mine: Record<string, string> = {};
      const platform = fakePlatform({ env, files: mine, respond: () => json(granted(freshToken()), { status: 201 }) });
      for (const token of tokens) {
        mine["/mine"] = ` ${token}\n`;
        await ask(platform, {}, "/mine");
      }
      assert.deepEqual(platform.reads, ["/mine", "/mine"]);
      assert.ok(platform.requests.every(({ headers }, at) => headers.get("authorization") === `Bearer ${tokens[at]}`));
    });

    for (const [what, content, recovery, says] of [
      ["is not there", undefined, "stop", `cannot read ${path} (ENOENT); does the pod mount`],
      ["is empty", "", "retry", `${path} holds no token`],
      ["has expired", canaryToken({ exp: seconds }), "retry", `${path} holds an expired token`],
    ] as const) {
      QUnit.test(`asks nobody when the pod's own token ${what}`, async (assert) => {
        const platform = fakePlatform({ env, files: content === undefined ? {} : { [path]: content } });
        const error = await failureOf(() => ask(platform));
        assert.strictEqual(error.recovery, recovery);
        assert.ok(error.message.includes(says), error.message);
        assert.strictEqual(platform.requests.length, 0);
      });
    }

    QUnit.test(
      "takes the server's word for the lifetime, whatever was asked for and the token says",
      async (assert) => {
        const token = canaryToken({ aud: [AUDIENCE], exp: seconds + 9_999 });
        const { expiresAt } = await ask(answering(granted(token, "2026-01-01T01:00:00.5Z")), { lifetimeMs: 600_000 });
        assert.strictEqual(expiresAt, NOW + 3_600_500);
      },
    );

    for (const expirationTimestamp of [
      undefined,
      null,
      "",
      "soon",
      1_767_225_900,
      "1767225900",
      "99999-01-01T00:00:00Z",
    ]) {
      QUnit.test(`cannot read the end ${JSON.stringify(expirationTimestamp)}`, async (assert) => {
        const body = { status: { token: freshToken(), expirationTimestamp } };
        const error = await failureOf(() => ask(answering(body)));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_REPLY", "retry"]);
        assert.ok(error.message.includes("status.expirationTimestamp: "), error.message);
      });
    }

    QUnit.test("names the permission that is missing", async (assert) => {
      const message =
        'serviceaccounts "orders" is forbidden: User "system:serviceaccount:shop:web" cannot create resource "serviceaccounts/token" in API group "" in the namespace "shop"';
      const error = await failureOf(() => ask(answering(statusOf(403, "Forbidden", message), { status: 403 })));
      assert.deepEqual(
        [error.code, error.status, error.error, error.recovery],
        ["ERR_SOURCE_FAILED", 403, "Forbidden", "stop"],
      );
      const fix =
        "allow the pod's service account the verb create on serviceaccounts/token in the namespace shop (RBAC)";
      assert.ok(error.message.includes(`HTTP 403 Forbidden ${message}; ${fix} (ERR_`), error.message);
    });

    for (const [status, reason, recovery] of [
      [401, "Unauthorized", "stop"],
      [404, "NotFound", "stop"],
      [422, "Invalid", "stop"],
      [429, "TooManyRequests", "retry"],
      [500, "InternalError", "retry"],
      [504, "Timeout", "retry"],
    ] as const) {
      QUnit.test(`tells the reason of a ${status}`, async (assert) => {
        const error = await failureOf(() => ask(answering(statusOf(status, reason, "so it is"), { status })));
        assert.deepEqual([error.status, error.error, error.recovery], [status, reason, recovery]);
        assert.ok(error.message.includes(`HTTP ${status}`) && error.message.includes("so it is"), error.message);
      });
    }

    QUnit.test("keeps an echo out of the reason and the message", async (assert) => {
      for (const status of [403, 400]) {
        const body = statusOf(status, `got ${own}`, `${own}\u0000`);
        assertHides(assert, await failureOf(() => ask(answering(body, { status }))), [own]);
      }
    });

    QUnit.test("goes the way of the fetch that it is given, and no other", async (assert) => {
      const token = freshToken();
      const seen: unknown[] = [];
      const fetch: Fetch = async (url, init) => {
        seen.push(String(url), init?.redirect);
        return json(granted(token), { status: 201 });
      };
      const platform = fakePlatform({ env, files });
      assert.ok((await ask(platform, { fetch })).token.reveal() === token);
      assert.deepEqual(seen, ["https://10.96.0.1/api/v1/namespaces/shop/serviceaccounts/orders/token", "manual"]);
      assert.strictEqual(platform.requests.length, 0);
    });

    QUnit.test("each account, lifetime, object, server and way is an identity of its own", (assert) => {
      const all: Partial<KubernetesTokenRequest>[] = [
        {},
        { namespace: "other" },
        { serviceAccount: "other" },
        { lifetimeMs: 600_000 },
        { boundObjectRef: { kind: "Pod", name: "a" } },
        { boundObjectRef: { kind: "Secret", name: "a" } },
        { boundObjectRef: { kind: "Pod", name: "b" } },
        { boundObjectRef: { kind: "Pod", name: "a", uid: "1" } },
        { server },
      ];
      const identities = all.map((more) =>
        JSON.stringify(kubernetes({ tokenRequest: { ...orders, ...more } }).identity),
      );
      assert.strictEqual(new Set([...identities, JSON.stringify(kubernetes().identity)]).size, all.length + 1);
      const fetch: Fetch = () => Promise.reject(new TypeError());
      assert.ok(
        kubernetes({ tokenRequest: { ...orders, fetch } })
          .identity.flat()
          .includes(fetch),
      );
    });
  });
};
