/**
 * The token-leak search. Suites take their tokens from `canaryToken()` (or name other secret text with `canary()`), and the
 * harness records every error, event, log line and inspect output of the run. At the end no recorded item may hold any part
 * of a canary, in any encoding. See `run.ts` for what is recorded without a suite's doing.
 */
import { textsOf } from "./render.ts";

/** A cut of this many characters is enough to recognise a token by, so it is enough to be a leak. */
const window = 12;

/** One place where a part of a canary was seen. The text itself is left out: the report must not leak either. */
export interface Hit {
  readonly kind: string;
  readonly test: string;
  readonly canary: number;
}

/** What was searched, and what was found. */
export interface LeakReport {
  readonly items: number;
  readonly canaries: number;
  readonly hits: readonly Hit[];
}

/** Collects canaries and recorded texts, and searches the one for the other. */
export interface Recorder {
  canary(text: string): string;
  canaryToken(claims?: Readonly<Record<string, unknown>>): string;
  record(kind: string, value: unknown): void;
  enter(test: string): void;
  scan(): LeakReport;
  /** What is searched for: for a search elsewhere, such as the log of another process. */
  canaries(): readonly string[];
}

/** `btoa` and `split` look at one character per byte, so text is turned into that first. */
const bytesOf = (text: string): string => String.fromCharCode(...new TextEncoder().encode(text));
const urlSafe = (base64: string): string => base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function randomText(length: number): string {
  const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => alphabet[byte % alphabet.length]).join(
    "",
  );
}

/** Random text at both ends of each segment, so that even a segment's first and last characters belong to this token alone. */
function freshToken(claims: Readonly<Record<string, unknown>>): string {
  const header = { x: randomText(16), alg: "RS256", typ: "JWT", y: randomText(16) };
  const payload = { x: randomText(16), ...claims, y: randomText(16) };
  const part = (value: object): string => urlSafe(btoa(bytesOf(JSON.stringify(value))));
  return `${part(header)}.${part(payload)}.${urlSafe(btoa(randomText(192)))}`;
}

/** Base64 of a text that begins 0, 1 or 2 bytes into what was encoded, without the characters that its neighbours decide. */
function* base64Forms(text: string): Iterable<string> {
  for (const shift of [0, 1, 2]) {
    const inner = btoa("\0".repeat(shift) + text)
      .replaceAll("=", "")
      .slice(Math.ceil((shift * 8) / 6), -1);
    yield inner;
    yield urlSafe(inner);
  }
}

/** The text cut into window-sized needles: its start, its end, and every stretch between. */
function* cuts(text: string): Iterable<string> {
  for (let at = 0; at + window <= text.length; at += window) yield text.slice(at, at + window);
  if (text.length >= window) yield text.slice(-window);
}

function* needlesOf(canary: string): Iterable<string> {
  for (const segment of canary.split(".")) {
    for (const form of [segment, encodeURIComponent(segment), ...base64Forms(bytesOf(segment))]) yield* cuts(form);
  }
  for (const form of base64Forms(bytesOf(canary))) yield* cuts(form);
}

function search(text: string, needles: ReadonlyMap<string, number>): number | undefined {
  for (let at = 0; at + window <= text.length; at++) {
    const canary = needles.get(text.slice(at, at + window));
    if (canary !== undefined) return canary;
  }
  return undefined;
}

/** A recorder of its own, as the run has one and the tests of the search itself have others. */
export function createRecorder(): Recorder {
  const canaries = new Map<string, number>();
  const harmless = new Set<string>();
  const items: { readonly kind: string; readonly test: string; readonly texts: ReadonlySet<string> }[] = [];
  let current = "";

  function canary(text: string): string {
    if (text.length < window) throw new RangeError(`A canary needs at least ${window} characters`);
    if (!canaries.has(text)) canaries.set(text, canaries.size);
    return text;
  }

  /** What a second token with the same claims has too ("alg", a public claim) gives nothing away. */
  function canaryToken(claims: Readonly<Record<string, unknown>> = {}): string {
    for (const needle of needlesOf(freshToken(claims))) harmless.add(needle);
    return canary(freshToken(claims));
  }

  function scan(): LeakReport {
    const needles = new Map<string, number>();
    for (const [text, index] of canaries) for (const needle of needlesOf(text)) needles.set(needle, index);
    for (const needle of harmless) needles.delete(needle);
    const known = new Map<string, number | undefined>();
    const look = (text: string): number | undefined => {
      if (!known.has(text)) known.set(text, search(text, needles));
      return known.get(text);
    };
    const hits = items.flatMap(({ kind, test, texts }) => {
      const found = [...texts].map(look).find((index) => index !== undefined);
      return found === undefined ? [] : [{ kind, test, canary: found }];
    });
    return { items: items.length, canaries: canaries.size, hits };
  }

  return {
    canary,
    canaryToken,
    record: (kind, value) => void items.push({ kind, test: current, texts: textsOf(value) }),
    enter: (test) => {
      current = test;
    },
    scan,
    canaries: () => [...canaries.keys()],
  };
}

/** The recorder of this run. One object for all suites: a leak may show far from the test that made the token. */
export const leaks: Recorder = createRecorder();

/** A fresh JWT-shaped token that must never show up in anything recorded. It is signed with nothing. */
export const canaryToken = (claims?: Readonly<Record<string, unknown>>): string => leaks.canaryToken(claims);

/** Declares other secret text (an opaque token, a key, a token that an emulator gave) to be a canary; returns it. */
export const canary = (text: string): string => leaks.canary(text);

/** Hands something that a user could see, print or log to the search: an event, a problem+json body, a log line. */
export const record = (kind: string, value: unknown): void => leaks.record(kind, value);
