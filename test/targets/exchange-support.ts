/** What the tests of targets share that ask a server: one exchange, what was sent for it, and what came of it. */
import { type BearerToken, type StepContext, type SubjectToken, secret, type Target } from "@tokenhop/core";
import { type ScriptedReply, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { contextFor, failureOf, NOW } from "../contract/platform.ts";
import { canaryToken } from "../leak.ts";

/** One request, body and all. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

export interface Exchanged {
  readonly out: BearerToken;
  readonly sent: readonly Sent[];
  readonly subject: string;
}

/** An identity token of five minutes. */
export const subjectOf = (token: string, expiresAt: number | undefined = NOW + 300_000): SubjectToken => ({
  token: secret(token),
  expiresAt,
});

/** Everything that was sent, read. */
export async function readAll(requests: readonly Request[]): Promise<readonly Sent[]> {
  return Promise.all(
    requests.map(async (request) => ({
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: await request.clone().text(),
    })),
  );
}

/** One exchange against these replies. */
export async function exchanged<P extends object>(
  target: Target<BearerToken, P>,
  replies: readonly ScriptedReply[],
  params: P = {} as P,
  more: { readonly subject?: SubjectToken; readonly context?: Partial<StepContext> } = {},
): Promise<Exchanged> {
  const fetch = scriptedFetch(replies);
  const subject = more.subject ?? subjectOf(canaryToken());
  const out = await target.exchange(subject, params, contextFor(testPlatform({ fetch }), more.context));
  return { out, sent: await readAll(fetch.requests), subject: subject.token.reveal() };
}

/** The error of one. */
export const refusedBy = <P extends object>(
  target: Target<BearerToken, P>,
  replies: readonly ScriptedReply[],
  subject: SubjectToken = subjectOf(canaryToken()),
) => failureOf(() => exchanged(target, replies, {} as P, { subject }));

/** A form, sorted by name; a name that comes more than once has a list. */
export function formOf({ body }: Sent): Readonly<Record<string, string | string[]>> {
  const form = new URLSearchParams(body);
  const names = [...new Set(form.keys())].sort();
  return Object.fromEntries(
    names.map((name) => {
      const all = form.getAll(name);
      return [name, all.length > 1 ? all : (all[0] as string)];
    }),
  );
}

/** A message without its code and help link. */
export const saidIn = ({ message }: Error): string => message.split(" (ERR_", 1)[0] as string;
