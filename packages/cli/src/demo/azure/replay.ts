/** Puts the app's requests to an emulator, and compares its answers with those of the real Azure. */
import { createEmulator, type Emulator, type EmulatorConfig } from "@tokenhop/emulator";
import { readObject } from "../text.ts";
import { differencesBetween } from "./compare.ts";
import { readJwt } from "./jwt.ts";
import { type Answer, type Exchange, readAnswer } from "./record.ts";
import { isTransient, kindOf, type RequestKind, rules } from "./requests.ts";
import { describeAnswer } from "./shape.ts";
import { madeUpHeader, providerName } from "./world.ts";

/** One thing in which an answer differs, told once however often it was seen. */
export interface Difference {
  readonly request: RequestKind;
  readonly what: string;
}

/** What came of the comparison. */
export interface Comparison {
  readonly answers: number;
  readonly differences: readonly Difference[];
}

/** The emulator's token for each real one: it would not accept any of those. */
type Counterparts = Map<string, string>;

/** A token of the emulator's own with the same issuer, subject and audience. */
async function counterpartOf(token: string, known: Counterparts, emulator: Emulator): Promise<string> {
  const { sub, aud } = readJwt(token)?.claims ?? {};
  const found =
    known.get(token) ??
    (await emulator.issueExternalToken({
      provider: providerName,
      subject: String(sub),
      audience: (Array.isArray(aud) ? aud : String(aud)) as string | readonly string[],
    }));
  known.set(token, found);
  return found;
}

async function tokenRequest(exchange: Exchange, known: Counterparts, emulator: Emulator): Promise<Request> {
  const body = new URLSearchParams(exchange.body);
  const assertion = body.get("client_assertion") ?? "";
  body.set("client_assertion", await counterpartOf(assertion, known, emulator));
  return new Request(exchange.url, { method: "POST", body });
}

/** The endpoint has another address and path on each host. */
function identityRequest({ url, headers }: Exchange): Request {
  const onAppService = headers["x-identity-header"] !== undefined;
  const path = onAppService ? "/msi/token" : "/metadata/identity/oauth2/token";
  const shown: Record<string, string> = onAppService ? { "x-identity-header": madeUpHeader } : { metadata: "true" };
  return new Request(`http://127.0.0.1${path}${url.search}`, { headers: shown });
}

function authorizedRequest({ url, headers }: Exchange, known: Counterparts): Request {
  const token = headers.authorization?.replace(/^Bearer /i, "") ?? "";
  return new Request(url, { headers: { authorization: `Bearer ${known.get(token) ?? "unknown"}` } });
}

async function answerTo(
  kind: RequestKind,
  exchange: Exchange,
  known: Counterparts,
  emulator: Emulator,
): Promise<Answer | undefined> {
  const request =
    kind === "POST token"
      ? await tokenRequest(exchange, known, emulator)
      : kind === "GET managed identity"
        ? identityRequest(exchange)
        : authorizedRequest(exchange, known);
  const answer = await readAnswer(await emulator.fetch(request));
  const [real, emulated] = [exchange.answer, answer].map((one) => readObject(one?.body ?? "").access_token);
  if (typeof real === "string" && typeof emulated === "string") known.set(real, emulated);
  return answer;
}

/** Compares every answer that an emulator of this world can give, in the order in which the real ones came. */
export async function compareAll(world: EmulatorConfig, exchanges: readonly Exchange[]): Promise<Comparison> {
  // All it needs is hosted by itself; nothing of the real world is asked again.
  const fetch = (url: string): Promise<never> => Promise.reject(new TypeError(`The comparison asks nobody: ${url}`));
  const emulator = createEmulator(world, { fetch });
  const known: Counterparts = new Map();
  const found = new Map<string, Difference>();
  let answers = 0;
  for (const exchange of exchanges) {
    const request = kindOf(exchange);
    if (request === undefined || isTransient(exchange)) continue;
    const answer = await answerTo(request, exchange, known, emulator);
    if (answer === undefined) continue;
    answers += 1;
    for (const what of differencesBetween(describeAnswer(exchange.answer), describeAnswer(answer), rules[request]))
      found.set(`${request} ${what}`, { request, what });
  }
  return { answers, differences: [...found.values()] };
}
