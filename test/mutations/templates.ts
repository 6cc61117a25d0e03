/** Breaks of the templates, and of what only they show. */
import { type Break, breaksIn } from "./break.ts";

const worker = breaksIn("templates/cloudflare-worker");
const deno = breaksIn("templates/deno");
const bun = breaksIn("templates/bun");
const objects = breaksIn("packages/durable-objects/src");

const breaks: readonly Break[] = [
  worker(
    "src/issuer.ts",
    '"api://AzureADTokenExchange"',
    '"api://azureadtokenexchange"',
    "tokens are for another audience",
  ),
  worker("src/issuer.ts", '"worker:my-worker"', '"worker:my-Worker"', "the README has Azure trust another subject"),
  worker("src/index.ts", "await arm.token();", "arm.expiresAt;", "the cron trigger warms nothing"),
  worker("src/index.ts", "await arm.token();", "console.log(await arm.token());", "a token is in the log"),
  worker("src/index.ts", "brokered(env.BROKER, providers(env))", "providers(env)", "each isolate exchanges by itself"),
  worker("src/index.ts", "if (names.length > 0)", "if (names.length > 9)", "nobody is told what is not edited"),
  worker("src/settings.ts", "(?!.*\\.example$)", "", "the host of the template passes for one's own"),
  worker("wrangler.jsonc", '"workers_dev": false', '"workers_dev": true', "the issuer has a second name"),
  worker(
    "wrangler.jsonc",
    '"preview_urls": false',
    '"preview_urls": true',
    "old versions of the issuer go on answering",
  ),
  worker(
    "README.md",
    '"entrypoint": "Issuer"',
    '"entrypoint": "Keys"',
    "the README binds other Workers to something else",
  ),
  deno("main.ts", '"./keys.db"', '":memory:"', "a restart is a new key"),
  deno("main.ts", "return problemResponse(error) ?? new", "return new", "a failed exchange is a bare 500"),
  bun("main.ts", "await arm.get();", "", "the first request waits for an exchange"),
  bun(
    "settings.ts",
    "if (wrong.length > 0)",
    "if (wrong.length > 9)",
    "a server starts with values that are not edited",
  ),
  objects(
    "issuer-entrypoint.ts",
    "return { ...(await askObject(stubs, (stub) => stub.mint({ subject, audience }))) };",
    "return askObject(stubs, (stub) => stub.mint({ subject, audience }));",
    "an object that has asked for a token is never evicted",
  ),
];

export const templatesBreaks: readonly Break[] = breaks.map((one) => ({ ...one, list: "templates" }));
