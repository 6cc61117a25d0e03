/** The credentials of the machine: variables, the endpoints of containers, and IMDS. */
import { awsWebIdentity } from "@tokenhop/core/sources/aws-web-identity";
import { assertHides, failureOf, fakePlatform, json, type Sent } from "../contract/platform.ts";
import { freshToken } from "../contract/wire.ts";
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { asking, KEY_ID, OUTBOUND, reply, SECRET, SESSION } from "./aws-web-identity-support.ts";

const BEARER = canary("bearer-of-a-container-Qm7RtzX2pLw9Kd");
const IMDS_TOKEN = canary("AQAEAHimdsTokenVx8Yq3Nn5Jc==");
const PATH = "/v2/credentials/0f1e2d3c";
const TOKEN_FILE = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token";
const FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const DENIED = `${FULL} with an https URL, or one of loopback, ECS or EKS`;

const lambda = { AWS_ACCESS_KEY_ID: KEY_ID, AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: SESSION };
const given = { AccessKeyId: KEY_ID, SecretAccessKey: SECRET, Token: SESSION, Expiration: "2026-01-01T06:00:00Z" };
const isSts = ({ url }: Sent): boolean => url.hostname.startsWith("sts.");

/** Answers for the machine with this, and for STS with a token. */
const respondWith =
  (machine: (sent: Sent) => Response) =>
  (sent: Sent): Response =>
    isSts(sent) ? new Response(reply(freshToken())) : machine(sent);

/** IMDS, with one thing of it replaced. */
function imds(broken: Partial<Record<"token" | "role" | "keys", () => Response>> = {}) {
  return respondWith(({ url, method, headers }) => {
    if (url.pathname === "/latest/api/token" && method === "PUT") {
      const asksTtl = headers.get("x-aws-ec2-metadata-token-ttl-seconds") === "60";
      return broken.token?.() ?? new Response(asksTtl ? IMDS_TOKEN : "", { status: asksTtl ? 200 : 400 });
    }
    if (headers.get("x-aws-ec2-metadata-token") !== IMDS_TOKEN) return new Response("", { status: 401 });
    if (url.pathname.endsWith("/security-credentials/")) return broken.role?.() ?? new Response("my-role\n");
    if (url.pathname.endsWith("/security-credentials/my-role"))
      return broken.keys?.() ?? json({ Code: "Success", ...given });
    return new Response("", { status: 404 });
  });
}

/** What is not there, by the variables that are. Hand-written. */
const missing: readonly (readonly [Readonly<Record<string, string>>, readonly string[]])[] = [
  [
    {},
    [
      "AWS_ACCESS_KEY_ID",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_SESSION_TOKEN",
      `or ${RELATIVE} or ${FULL} (on EC2: credentials "imds")`,
    ],
  ],
  [
    { AWS_ACCESS_KEY_ID: KEY_ID, AWS_SECRET_ACCESS_KEY: SECRET },
    ["AWS_SESSION_TOKEN", `or ${RELATIVE} or ${FULL} (on EC2: credentials "imds")`],
  ],
  [{ [RELATIVE]: "@evil.example/" }, [`${RELATIVE} with a path`]],
  [{ [RELATIVE]: "http://evil.example/" }, [`${RELATIVE} with a path`]],
  [{ [FULL]: "http://evil.example/" }, [DENIED]],
  [{ [FULL]: "http://10.0.0.1/" }, [DENIED]],
  [{ [FULL]: "http://169.254.169.254/" }, [DENIED]],
  [{ [FULL]: "http://169.254.170.22/" }, [DENIED]],
  [{ [FULL]: "http://[fd00:ec2::24]/" }, [DENIED]],
  [{ [FULL]: "ftp://169.254.170.2/" }, [DENIED]],
  [{ [FULL]: "http://u:p@127.0.0.1/" }, [DENIED]],
  [{ [FULL]: "http://u:p@[fd00:ec2::23]/" }, [DENIED]],
  [{ [FULL]: "https://u:p@vault.example/" }, [DENIED]],
  [{ [FULL]: "file:///etc/passwd" }, [DENIED]],
  [{ [FULL]: "x" }, [DENIED]],
  [
    { [FULL]: "http://169.254.170.23/v1/credentials", AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: TOKEN_FILE },
    ["a runtime that can read files"],
  ],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("aws-web-identity outbound, credentials of the environment", () => {
    QUnit.test("Lambda's variables, without a request", async (assert) => {
      const { platform, run } = asking(
        { credentials: "environment" },
        { env: lambda, respond: respondWith(() => json({})) },
      );
      await run();
      const [sent] = platform.requests;
      assert.strictEqual(platform.requests.length, 1);
      assert.ok(sent?.headers.get("x-amz-security-token") === SESSION);
      assert.ok(sent?.headers.get("authorization")?.includes(`Credential=${KEY_ID}/20260101/eu-central-1/sts/`));
    });

    for (const [what, env, url, authorization] of [
      ["a path of ECS", { [RELATIVE]: PATH }, `http://169.254.170.2${PATH}`, null],
      [
        "a path that looks like a host",
        { [RELATIVE]: "//evil.example/x" },
        "http://169.254.170.2//evil.example/x",
        null,
      ],
      ["a path before a URL", { [RELATIVE]: PATH, [FULL]: "http://127.0.0.1/" }, `http://169.254.170.2${PATH}`, null],
      ["a URL on loopback", { [FULL]: "http://127.0.0.1:2772/x?y=z" }, "http://127.0.0.1:2772/x?y=z", null],
      ["a URL on loopback over IPv6", { [FULL]: "http://[::1]:80/x" }, "http://[::1]/x", null],
      ["a URL of ECS", { [FULL]: "http://169.254.170.2/x" }, "http://169.254.170.2/x", null],
      ["a URL over https", { [FULL]: "https://broker.example/creds" }, "https://broker.example/creds", null],
      [
        "EKS over IPv6",
        { [FULL]: "http://[fd00:ec2::23]/v1/credentials" },
        "http://[fd00:ec2::23]/v1/credentials",
        null,
      ],
      [
        "a token in a variable",
        { [FULL]: "http://169.254.170.23/v1/credentials", AWS_CONTAINER_AUTHORIZATION_TOKEN: BEARER },
        "http://169.254.170.23/v1/credentials",
        BEARER,
      ],
      [
        "a token in a file, before the variable",
        {
          [FULL]: "http://169.254.170.23/v1/credentials",
          AWS_CONTAINER_AUTHORIZATION_TOKEN: "other",
          AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: TOKEN_FILE,
        },
        "http://169.254.170.23/v1/credentials",
        BEARER,
      ],
    ] as const) {
      QUnit.test(`a container's endpoint: ${what}`, async (assert) => {
        const world = { env, files: { [TOKEN_FILE]: `${BEARER}\n` }, respond: respondWith(() => json(given)) };
        const { platform, run } = asking({ credentials: "environment" }, world);
        await run();
        const [asked, signed] = platform.requests;
        assert.deepEqual([asked?.method, asked?.url.href, asked?.redirect], ["GET", url, "manual"]);
        assert.ok(asked?.headers.get("authorization") === authorization);
        assert.ok(signed?.headers.get("x-amz-security-token") === SESSION);
      });
    }

    for (const [env, names] of missing) {
      QUnit.test(`names what is missing with ${JSON.stringify(Object.entries(env)).slice(0, 80)}`, async (assert) => {
        const { platform, run } = asking({ credentials: "environment" }, { env });
        const source = awsWebIdentity({ outbound: { ...OUTBOUND, credentials: "environment" } });
        assert.deepEqual(source.detect(platform), { found: false, missing: names });
        const error = await failureOf(() => run());
        assert.deepEqual([error.code, platform.requests.length], ["ERR_SOURCE_UNAVAILABLE", 0]);
      });
    }

    for (const [what, content, recovery] of [
      ["two lines in the file", `${BEARER}\nx`, "retry"],
      ["a page in the file", "<html>é</html>", "retry"],
    ] as const) {
      QUnit.test(`sends no authorization of ${what}`, async (assert) => {
        const env = { [RELATIVE]: PATH, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: TOKEN_FILE };
        const { platform, run } = asking({ credentials: "environment" }, { env, files: { [TOKEN_FILE]: content } });
        const error = await failureOf(() => run());
        assert.deepEqual([error.code, error.recovery, platform.requests.length], ["ERR_SOURCE_FAILED", recovery, 0]);
        assertHides(assert, error, [BEARER]);
      });
    }

    for (const [what, answer, code, recovery] of [
      [
        "a refusal",
        () => json({ Code: "AccessDenied", Message: `got ${BEARER}` }, { status: 401 }),
        "ERR_SOURCE_FAILED",
        "stop",
      ],
      ["an outage", () => new Response("", { status: 503 }), "ERR_SOURCE_FAILED", "retry"],
      ["a page", () => new Response("<html>"), "ERR_SOURCE_REPLY", "retry"],
      ["no session token", () => json({ ...given, Token: undefined }), "ERR_SOURCE_REPLY", "retry"],
      ["a key of two lines", () => json({ ...given, SecretAccessKey: "a\r\nb" }), "ERR_SOURCE_REPLY", "retry"],
      [
        "a redirect",
        () => new Response(null, { status: 302, headers: { location: "https://x.example/" } }),
        "ERR_HTTP_REDIRECT",
        "stop",
      ],
    ] as const) {
      QUnit.test(`a container's endpoint answers with ${what}`, async (assert) => {
        const env = { [RELATIVE]: PATH, AWS_CONTAINER_AUTHORIZATION_TOKEN: BEARER };
        const { platform, run } = asking({ credentials: "environment" }, { env, respond: respondWith(answer) });
        const error = await failureOf(() => run());
        assert.deepEqual([error.code, error.recovery, error.step], [code, recovery, "aws-web-identity"]);
        assert.strictEqual(platform.requests.length, 1);
        assertHides(assert, error, [BEARER, SECRET, SESSION]);
      });
    }
  });

  QUnit.module("aws-web-identity outbound, credentials of IMDS", () => {
    QUnit.test("a session, the role's name, its keys; never without a session", async (assert) => {
      const { platform, run } = asking({ credentials: "imds" }, { respond: imds() });
      await run();
      const machine = platform.requests.slice(0, 3).map(({ method, url, redirect }) => [method, url.href, redirect]);
      const base = "http://169.254.169.254/latest";
      assert.deepEqual(machine, [
        ["PUT", `${base}/api/token`, "manual"],
        ["GET", `${base}/meta-data/iam/security-credentials/`, "manual"],
        ["GET", `${base}/meta-data/iam/security-credentials/my-role`, "manual"],
      ]);
      assert.ok(platform.requests[3]?.headers.get("x-amz-security-token") === SESSION);
    });

    QUnit.test("at another address of the machine's, and nowhere else", async (assert) => {
      const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:1338" };
      const { platform, run } = asking({ credentials: "imds" }, { env, respond: imds() });
      await run();
      assert.strictEqual(platform.requests[0]?.url.href, "http://127.0.0.1:1338/latest/api/token");
      const source = awsWebIdentity({ outbound: { ...OUTBOUND, credentials: "imds" } });
      for (const [name, value, says] of [
        [
          "AWS_EC2_METADATA_SERVICE_ENDPOINT",
          "http://evil.example",
          "AWS_EC2_METADATA_SERVICE_ENDPOINT on loopback or in 169.254.0.0/16",
        ],
        ["AWS_EC2_METADATA_DISABLED", "True", "AWS_EC2_METADATA_DISABLED that is not true"],
      ] as const) {
        const refused = fakePlatform({ env: { [name]: value } });
        assert.deepEqual(source.detect(refused), { found: false, missing: [says] });
      }
      assert.deepEqual(source.detect(fakePlatform()), { found: true });
    });

    for (const [what, broken, code, requests] of [
      ["no session", { token: () => new Response("", { status: 403 }) }, "ERR_SOURCE_FAILED", 1],
      ["a session of two lines", { token: () => new Response("a\nb") }, "ERR_SOURCE_REPLY", 1],
      ["no role", { role: () => new Response("", { status: 404 }) }, "ERR_SOURCE_FAILED", 2],
      ["a role that is a path", { role: () => new Response("../../api/token") }, "ERR_SOURCE_REPLY", 2],
      ["two roles", { role: () => new Response("one\ntwo") }, "ERR_SOURCE_REPLY", 2],
      [
        "a failure instead of keys",
        { keys: () => json({ Code: "AssumeRoleUnauthorizedAccess" }) },
        "ERR_SOURCE_REPLY",
        3,
      ],
    ] as const) {
      QUnit.test(`it answers with ${what}`, async (assert) => {
        const { platform, run } = asking({ credentials: "imds" }, { respond: imds(broken) });
        const error = await failureOf(() => run());
        assert.deepEqual([error.code, platform.requests.length], [code, requests]);
        assertHides(assert, error, [IMDS_TOKEN, SECRET, SESSION]);
      });
    }
  });
};
