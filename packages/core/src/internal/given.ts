/** Sources that need another credential first: its provider is an option, and the source stands for it. */
import * as v from "valibot";
import type { Credential, CredentialProvider, IdentitySource, NoParams, StepContext, SubjectToken } from "../types.ts";
import { finished } from "./finished.ts";

/** A provider, ready to be asked: an option that a credential comes from, or what another SDK is to ask. */
export function providerShape<Out extends Credential, P extends object = NoParams>(): v.GenericSchema<
  CredentialProvider<Out, P>
> {
  return v.custom<CredentialProvider<Out, P>>((value) => {
    const { get, peek, with: view, identity } = Object(value) as Partial<CredentialProvider<Out, P>>;
    return [get, peek, view].every((one) => typeof one === "function") && Array.isArray(identity);
  }, "expected a provider, as federate() gives");
}

/** What the source has from the provider: which requests it keeps apart, and whether all of it ends with the request's token. */
export function standingFor<Out extends Credential>(
  provider: CredentialProvider<Out>,
): Pick<IdentitySource, "partition" | "perRequest"> {
  if (!provider.partition) return {};
  return { partition: (request) => provider.partition?.(request) ?? [], perRequest: provider.perRequest };
}

/**
 * The credential for this attempt, of this request. An error of the provider's goes through, as one that nothing is tried again
 * for: it has retries of its own.
 */
export async function givenBy<Out extends Credential>(
  provider: CredentialProvider<Out>,
  { signal, request }: StepContext,
): Promise<Out> {
  signal.throwIfAborted();
  try {
    return await provider.get({ signal, request });
  } catch (error) {
    throw finished(error);
  }
}

/** A token that was got with this credential: of a request's it must not outlive that. */
export function endingWith<Out extends Credential>(
  provider: CredentialProvider<Out>,
  credential: Out,
  token: SubjectToken,
): SubjectToken {
  const { expiresAt } = token;
  if (!provider.perRequest || expiresAt === undefined) return token;
  return { ...token, expiresAt: Math.min(expiresAt, credential.expiresAt) };
}
