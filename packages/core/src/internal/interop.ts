/** What is checked in the same way wherever a provider is made into what another SDK takes. */
import * as v from "valibot";
import type { BearerToken, CredentialProvider, Platform } from "../types.ts";
import { providerShape as anyProviderShape } from "./given.ts";
import { callable } from "./shape.ts";

/** A provider, whatever it may be given by `with`. */
export type AnyProvider = CredentialProvider<BearerToken, object>;

function having(...methods: readonly string[]): (value: unknown) => boolean {
  return (value) => methods.every((name) => typeof (value as Record<string, unknown> | null)?.[name] === "function");
}

/** What `federate` gives, ready to be asked. */
export const providerShape: v.GenericSchema<AnyProvider> = anyProviderShape<BearerToken, object>();

/** How work may outlive the request. */
export const waitUntilShape: v.GenericSchema = v.optional(callable);

/** The request being served. */
export const requestShape: v.GenericSchema = v.optional(
  v.custom<Request>((value) => Object(value) === value, "expected a Request"),
);

/** How long a caller waits. */
export const timeoutShape: v.GenericSchema = v.optional(
  v.custom<number>((value) => (value as number) >= 0, "expected at least 0 ms"),
);

/** A platform that has at least these methods. */
export function platformShape(...methods: readonly (keyof Platform)[]): v.GenericSchema {
  return v.optional(v.custom<Platform>(having(...methods), "expected a Platform"));
}
