/** Mistakes in an issuer's configuration: what whoever asks is told, what is printed, and what works once they are put right. */
import type { Suite } from "../harness.ts";
import { callerModule, type Seen, tellAt } from "../workerd/cloudflare-caller.ts";
import { once } from "../workerd/results.ts";
import { AUDIENCE, ORDERS } from "./issuer-names.ts";
import { OBJECT } from "./issuer-stage.ts";
import { openStage, type Plan, type Stage, type WorkerOf } from "./stage.ts";

const HELP = (code: string): string =>
  `(${code}, https://github.com/tokenhop/tokenhop/blob/main/docs/errors.md#${code.toLowerCase()})`;
const invalid = (text: string): string => `${text} ${HELP("ERR_CONFIG_INVALID")}`;

interface Mistake {
  readonly says: string;
  readonly texts: Readonly<Record<string, string>>;
  /** Without a binding of the object's namespace. */
  readonly unbound?: true;
  /** What the entrypoint's caller reads, and what the namespace's does. Nothing where they get an answer. */
  readonly entrypoint?: string;
  readonly object?: string;
  /** What the public gets: 503, or an exception, which Cloudflare answers for the Worker. */
  readonly public: string;
  /** Once, however often it is asked. */
  readonly printed: readonly string[];
}

const URL_WANTED =
  "expected an https URL as new URL() writes it, without user, query, fragment and empty path segments (http: loopback only, with allowHttpLoopback)";
const WRONG = invalid(
  `Cannot use createIssuer(): issuer: ${URL_WANTED}; subjects: expected at least one; audiences: expected no text twice; tokenLifetimeMs: expected whole milliseconds, at least 1000; colour: unknown option`,
);
const MISSING = invalid(`Cannot use createIssuer(): issuer: missing, ${URL_WANTED}`);
// What is to be parsed may be a secret, and the parser quotes it.
const THREW = invalid("Cannot use Keys.issuer(): it threw SyntaxError");
const unbound = (where: string): string =>
  invalid(`Cannot use ${where}: namespace: missing, expected the binding of a Durable Object namespace`);
const OTHER_URL = invalid("Cannot use issuerHandler(): issuer: expected the same URL as in the object's issuer()");
const notPublished = (why: string): string => `Cannot publish the issuer's documents: ${why}`;

const AWAY = "503, again after 5 s";

/** Each is an issuer of its own. */
const mistakes: readonly Mistake[] = [
  {
    says: "wrong options",
    texts: {
      ISSUER_URL: "https://id.example",
      OPTIONS: JSON.stringify({
        issuer: "http://id.example",
        subjects: [],
        audiences: [AUDIENCE, AUDIENCE],
        tokenLifetimeMs: 5,
        colour: "red",
      }),
    },
    entrypoint: WRONG,
    object: WRONG,
    public: AWAY,
    printed: [WRONG, notPublished(WRONG)],
  },
  {
    says: "options that throw",
    texts: { ISSUER_URL: "https://id.example", OPTIONS: "nonsense" },
    entrypoint: THREW,
    object: THREW,
    public: AWAY,
    printed: [THREW, notPublished(THREW)],
  },
  {
    says: "no URL",
    texts: {},
    entrypoint: MISSING,
    object: MISSING,
    public: `ConfigError: ${MISSING.replace("createIssuer", "issuerRoutes")}`,
    printed: [MISSING],
  },
  {
    says: "no namespace",
    texts: { ISSUER_URL: "https://id.example" },
    unbound: true,
    entrypoint: unbound("Issuer.keys()"),
    public: `ConfigError: ${unbound("issuerHandler()")}`,
    printed: [],
  },
  {
    says: "two URLs",
    texts: { ISSUER_URL: "https://id.example", OPTIONS: JSON.stringify({ issuer: "https://other.example" }) },
    public: AWAY,
    printed: [notPublished(OTHER_URL)],
  },
];

const program = `export * from "./test/objects/issuer-app.ts";`;

function planOf(texts: (mistake: Mistake) => Readonly<Record<string, string>>): Plan {
  const issuers = mistakes.map((mistake, at): [string, WorkerOf] => [
    `issuer${at}`,
    {
      program,
      objects: ["Keys"],
      texts: texts(mistake),
      namespaces: mistake.unbound ? {} : { KEYS: { className: "Keys" } },
    },
  ]);
  const names = issuers.map(([name]) => name);
  const caller: WorkerOf = {
    program: callerModule,
    services: Object.fromEntries(
      names.flatMap((service) => [
        [`${service}Issuer`, { service, entrypoint: "Issuer", props: ORDERS }],
        [`${service}Public`, { service, entrypoint: "handler" }],
      ]),
    ),
    namespaces: Object.fromEntries(names.map((service) => [`${service}Keys`, { className: "Keys", service }])),
  };
  return { workers: { ...Object.fromEntries(issuers), caller }, sockets: { http: { service: "caller" } } };
}

const messageOf = ({ value, thrown }: Seen): string | undefined =>
  thrown ?? (value as { readonly error?: { readonly message: string } }).error?.message;

/** What is answered by every way. */
async function ask(stage: Stage, at: number) {
  const tell = tellAt(stage.url);
  const question = { subject: ORDERS.subject, audience: AUDIENCE };
  const object = (...call: readonly unknown[]): Promise<Seen> => tell("rpc", `issuer${at}Keys`, [OBJECT, call], "call");
  const { status, headers, thrown } = await tell(
    "fetch",
    `issuer${at}Public`,
    "https://id.example/.well-known/jwks.json",
  );
  return {
    entrypoint: messageOf(await tell("rpc", `issuer${at}Issuer`, [["mint", { audience: AUDIENCE }]], "call")),
    object: await Promise.all([object("mint", question), object("documents"), object("dropKeys", "all")]),
    public: thrown ?? (status === 200 ? undefined : `${status}, again after ${headers?.["retry-after"]} s`),
  };
}

export const suite: Suite = (QUnit) => {
  const open = once(() => openStage(planOf(({ texts }) => texts)));
  QUnit.module("mistakes in an issuer's configuration", () => {
    for (const [at, mistake] of mistakes.entries()) {
      QUnit.test(`${mistake.says}: everybody is told all of it, and it is printed once`, async (assert) => {
        const stage = await open();
        const before = stage.log().length;
        for (const _ of [1, 2]) {
          const { entrypoint, object, public: page } = await ask(stage, at);
          assert.deepEqual([entrypoint, page], [mistake.entrypoint, mistake.public]);
          assert.deepEqual(object.map(messageOf), [mistake.object, mistake.object, mistake.object]);
        }
        assert.deepEqual(stage.log().slice(before).sort(), [...mistake.printed].sort());
      });
    }

    QUnit.test("once they are put right, all of them work", async (assert) => {
      const stage = await open();
      await stage.kill();
      const { workers } = planOf(() => ({ ISSUER_URL: "https://id.example" }));
      await stage.start(workers);
      for (const [at, { says, unbound: still }] of mistakes.entries()) {
        const { entrypoint, object, public: page } = await ask(stage, at);
        const open = [entrypoint, page, ...object.map(messageOf)].filter((text) => text !== undefined);
        assert.deepEqual(open.length, still ? 2 : 0, `${says}: ${open}`);
      }
      stage.close();
    });
  });
};
