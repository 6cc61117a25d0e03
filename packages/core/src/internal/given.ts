/** Sources that need another credential first: its provider is an option, and the source stands for it. */
import * as v from "valibot";
import type { Credential, CredentialProvider, IdentitySource, StepContext, SubjectToken } from "../types.ts";

/** The option that a credential comes from. */
export function providerShape<Out extends Credential>(): v.GenericSchema<CredentialProvider<Out>> {
  return v.custom<CredentialProvider<Out>>(
    (value) => typeof (value as Partial<CredentialProvider> | undefined)?.get === "function",
    "expected a provider, as federate gives it",
  );
}

/** What the source has from the provider: which requests it keeps apart, and whether all of it ends with the request's token. */
export function standingFor<Out extends Credential>(
  provider: CredentialProvider<Out>,
): Pick<IdentitySource, "partition" | "perRequest"> {
  if (!provider.partition) return {};
  return { partition: (request) => provider.partition?.(request) ?? [], perRequest: provider.perRequest };
}

/** The credential for this attempt, of this request. An error of the provider's goes through as it is. */
export function givenBy<Out extends Credential>(
  provider: CredentialProvider<Out>,
  { signal, request }: StepContext,
): Promise<Out> {
  signal.throwIfAborted();
  return provider.get({ signal, request });
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
