/** What each verifier demands, at its limits. */
import {
  awsProfile,
  entraProfile,
  gcpJwksFile,
  gcpProfile,
  type VerifierConfig,
  type VerifierProfile,
} from "@tokenhop/issuer";
import type { Suite } from "../harness.ts";
import { AUDIENCE, bench, DAY, failureOf, HOUR, ISSUER, MINUTE, SUBJECT } from "./support.ts";

const CONFIG: VerifierConfig = {
  issuer: ISSUER,
  subjects: [SUBJECT],
  audiences: [AUDIENCE],
  algorithm: "RS256",
  tokenLifetimeMs: 10 * MINUTE,
  maxTokenLifetimeMs: HOUR,
  jwksMaxAgeMs: 15 * MINUTE,
  rotation: { everyMs: 90 * DAY, publishAheadMs: DAY },
};

const long = (length: number, start = ""): string => start + "x".repeat(length - start.length);
const many = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => `audience-${at}`);

interface Row {
  readonly profile: VerifierProfile;
  readonly config: Partial<VerifierConfig>;
  readonly problems: readonly string[];
}

const entra = entraProfile();
const STS = "sts.amazonaws.com";
const aws = awsProfile({ audience: STS });
const awsAll = awsProfile();
const GCP = "https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b";
const gcp = gcpProfile({ audience: GCP });

const rows: readonly Row[] = [
  { profile: entra, config: {}, problems: [] },
  { profile: entra, config: { algorithm: "ES256" }, problems: ["algorithm: expected RS256"] },
  { profile: entra, config: { audiences: [STS] }, problems: [`audiences: expected ${AUDIENCE} among them`] },
  {
    profile: entra,
    config: { audiences: [AUDIENCE.toLowerCase()] },
    problems: [`audiences: expected ${AUDIENCE} among them`],
  },
  { profile: entra, config: { audiences: [STS, AUDIENCE] }, problems: [] },
  { profile: entra, config: { issuer: long(600, `${ISSUER}/`), subjects: [long(600)] }, problems: [] },
  {
    profile: entra,
    config: { issuer: long(601, `${ISSUER}/`) },
    problems: ["issuer: expected at most 600 characters"],
  },
  {
    profile: entra,
    config: { subjects: [SUBJECT, long(601)] },
    problems: ["subjects: expected at most 600 characters"],
  },
  {
    profile: entraProfile({ audience: long(601) }),
    config: { audiences: [long(601)] },
    problems: ["audiences: expected at most 600 characters"],
  },
  {
    profile: entraProfile({ audience: `${AUDIENCE}USGov` }),
    config: {},
    problems: [`audiences: expected ${AUDIENCE}USGov among them`],
  },
  {
    profile: entraProfile({ audience: `${AUDIENCE}USGov` }),
    config: { audiences: [`${AUDIENCE}USGov`] },
    problems: [],
  },

  { profile: aws, config: { audiences: [STS, AUDIENCE] }, problems: [] },
  { profile: aws, config: {}, problems: [`audiences: expected ${STS} among them`] },
  { profile: aws, config: { audiences: [STS], algorithm: "ES256" }, problems: [] },
  { profile: aws, config: { audiences: [STS], issuer: `${ISSUER}/tenant/a` }, problems: [] },
  ...["http://localhost", `${ISSUER}:8443`, `${ISSUER}:443/a`, `${ISSUER}/?a`].map((issuer) => ({
    profile: aws,
    config: { audiences: [STS], issuer },
    problems: ["issuer: expected https without port and query"],
  })),
  { profile: awsAll, config: { audiences: many(100) }, problems: [] },
  { profile: awsAll, config: { audiences: many(101) }, problems: ["audiences: expected at most 100"] },
  { profile: aws, config: { audiences: [STS, ...many(100)] }, problems: [] },
  { profile: awsAll, config: { audiences: [long(255)] }, problems: [] },
  { profile: awsAll, config: { audiences: [long(256)] }, problems: ["audiences: expected at most 255 characters"] },
  { profile: aws, config: { audiences: [STS, long(256)] }, problems: [] },

  { profile: gcp, config: { audiences: [GCP] }, problems: [] },
  { profile: gcp, config: { audiences: [GCP], algorithm: "ES256" }, problems: [] },
  { profile: gcp, config: {}, problems: [`audiences: expected ${GCP} among them`] },
  { profile: gcp, config: { audiences: [GCP], issuer: "http://localhost" }, problems: ["issuer: expected https"] },
  { profile: gcp, config: { audiences: [GCP], subjects: [long(127)] }, problems: [] },
  {
    profile: gcp,
    config: { audiences: [GCP], subjects: [long(128)] },
    problems: ["subjects: expected at most 127 bytes"],
  },
  { profile: gcp, config: { audiences: [GCP], subjects: ["é".repeat(63)] }, problems: [] },
  {
    profile: gcp,
    config: { audiences: [GCP], subjects: ["é".repeat(64)] },
    problems: ["subjects: expected at most 127 bytes"],
  },
  { profile: gcpProfile({ audience: many(10) }), config: { audiences: many(10) }, problems: [] },
  {
    profile: gcpProfile({ audience: many(11) }),
    config: { audiences: many(11) },
    problems: ["audiences: expected at most 10"],
  },
  { profile: gcpProfile({ audience: long(256) }), config: { audiences: [long(256)] }, problems: [] },
  {
    profile: gcpProfile({ audience: long(257) }),
    config: { audiences: [long(257)] },
    problems: ["audiences: expected at most 256 characters"],
  },
  { profile: gcp, config: { audiences: [GCP], maxTokenLifetimeMs: DAY }, problems: [] },
  {
    profile: gcp,
    config: { audiences: [GCP], maxTokenLifetimeMs: DAY + 1 },
    problems: [`maxTokenLifetimeMs: expected at most ${24 * 3_600_000}`],
  },
];

export const suite: Suite = (QUnit) => {
  QUnit.module("issuer, profiles", () => {
    QUnit.test("say what their verifier would refuse, and nothing of what it takes", (assert) => {
      for (const { profile, config, problems } of rows) {
        const told = JSON.stringify(config).slice(0, 200);
        assert.deepEqual(profile.problems({ ...CONFIG, ...config }), problems, `${profile.name} ${told}`);
      }
    });

    QUnit.test("are asked at construction, all of them, and Entra's unless told otherwise", async (assert) => {
      const problems = async (options: object): Promise<readonly string[]> =>
        (await failureOf(() => bench(options))).problems ?? [];
      const options = { issuer: `${ISSUER}:8443`, profiles: [entra, aws, gcp] };
      assert.deepEqual(await problems(options), [
        "algorithm: expected RS256 (entra)",
        "issuer: expected https without port and query (aws)",
        `audiences: expected ${STS} among them (aws)`,
        `audiences: expected ${GCP} among them (gcp)`,
      ]);
      assert.deepEqual(await problems({ profiles: undefined }), ["algorithm: expected RS256 (entra)"]);
      const own: VerifierProfile = {
        name: "own",
        problems: ({ jwksMaxAgeMs }) => [`jwksMaxAgeMs: not ${jwksMaxAgeMs}`],
      };
      assert.deepEqual(await problems({ profiles: [own] }), ["jwksMaxAgeMs: not 900000 (own)"]);
      assert.ok(bench({ algorithm: "RS256", audiences: [AUDIENCE, STS, GCP], profiles: [entra, aws, gcp] }).issuer);
    });

    QUnit.test("name what is wrong with their own options", async (assert) => {
      const problems = async (make: () => unknown): Promise<string> =>
        ((await failureOf(make)).problems ?? []).join("; ");
      const text = "audience: expected a text that is not empty";
      assert.strictEqual(await problems(() => entraProfile({ audience: "" })), text);
      assert.strictEqual(await problems(() => entraProfile({ audience: [AUDIENCE] } as never)), text);
      assert.strictEqual(
        await problems(() => entraProfile({ audiences: [AUDIENCE] } as never)),
        "audiences: unknown option",
      );
      assert.strictEqual(await problems(() => awsProfile({ audience: [] })), "audience: expected one text or several");
      assert.strictEqual(
        await problems(() => awsProfile({ audience: ["a", ""] })),
        "audience: expected one text or several",
      );
      assert.strictEqual(await problems(() => gcpProfile({} as never)), "audience: missing");
    });

    QUnit.test("the JWKS file for Google has the members that it takes, and no others", async (assert) => {
      for (const algorithm of ["RS256", "ES256"] as const) {
        const { issuer } = bench({ algorithm });
        const { jwks } = await issuer.documents();
        const file = gcpJwksFile(await issuer.documents());
        assert.deepEqual(JSON.parse(file), JSON.parse(jwks));
        const members = algorithm === "RS256" ? "alg e kid kty n use" : "alg crv kid kty use x y";
        assert.strictEqual(Object.keys(JSON.parse(file).keys[0]).sort().join(" "), members);
      }
      const more = {
        kty: "RSA",
        n: "AQ",
        e: "AQAB",
        d: "AQ",
        p: "AQ",
        x5c: [],
        key_ops: ["sign"],
        ext: true,
        issuer: "x",
      };
      assert.deepEqual(JSON.parse(gcpJwksFile({ jwks: JSON.stringify({ keys: [more] }) })), {
        keys: [{ kty: "RSA", n: "AQ", e: "AQAB" }],
      });
    });
  });
};
