/** How an object is found and asked. */
import { checkOptions, text } from "@tokenhop/core/kit";
import * as v from "valibot";
import type { LocationHint, NamespaceLike } from "./types.ts";

/** One object of a namespace. */
export interface ObjectOptions<Stub> {
  readonly namespace: NamespaceLike<Stub>;
  /** Default: one name for all. */
  readonly name?: string | undefined;
  /** Where the object is made, when it is made; later it has no effect. Default: near whoever asks first. */
  readonly locationHint?: LocationHint | undefined;
}

const HINTS: readonly unknown[] = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"];

/** What {@link ObjectOptions} are checked with, for what has options besides. */
export const objectEntries: {
  readonly namespace: v.GenericSchema<NamespaceLike<unknown>>;
  readonly name: v.GenericSchema<string | undefined>;
  readonly locationHint: v.GenericSchema<LocationHint | undefined>;
} = {
  namespace: v.custom<NamespaceLike<unknown>>(
    (value) => typeof (value as NamespaceLike<unknown> | null | undefined)?.getByName === "function",
    "expected the binding of a Durable Object namespace",
  ),
  name: v.optional(text),
  locationHint: v.optional(
    v.custom<LocationHint>((value) => HINTS.includes(value), `expected one of ${HINTS.join(", ")}`),
  ),
};
const schema = v.strictObject(objectEntries);

const isOptions = <Stub>(given: NamespaceLike<Stub> | ObjectOptions<Stub>): given is ObjectOptions<Stub> =>
  typeof (given as Partial<NamespaceLike<Stub>> | undefined)?.getByName !== "function" && Object(given) === given;

/**
 * What gives a stub of the object, a fresh one each time: one that has failed once may fail for ever.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is wrong.
 */
export function stubsOf<Stub>(
  given: NamespaceLike<Stub> | ObjectOptions<Stub>,
  defaultName: string,
  what: string,
): () => Stub {
  const options = isOptions(given) ? given : { namespace: given };
  const { namespace, name = defaultName, locationHint } = checkOptions(schema, options, what);
  return () => (namespace as NamespaceLike<Stub>).getByName(name, locationHint && { locationHint });
}

/** What the runtime says of a call that failed. */
interface Failure {
  /** The same may work now. */
  readonly retryable?: unknown;
  /** The object that the stub led to is no more. Another stub leads to the next one. */
  readonly durableObjectReset?: unknown;
  /** The same would only add to the load. */
  readonly overloaded?: unknown;
}

/**
 * Asks an object, and once more by a fresh stub when it was moved, evicted or redeployed in the middle. The question must be one
 * that may be asked twice.
 *
 * @see https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 */
export async function askObject<Stub, T>(stubs: () => Stub, ask: (stub: Stub) => Promise<T>): Promise<T> {
  try {
    return await ask(stubs());
  } catch (error) {
    const { retryable, durableObjectReset, overloaded } = Object(error) as Failure;
    if (overloaded === true || (retryable !== true && durableObjectReset !== true)) throw error;
    return ask(stubs());
  }
}
