/**
 * Errors as Express, and the error handlers of its users, read them: an error's `status` and `headers` are what is answered. Ours
 * say by `status` what another server answered, and nobody's 401 may become this server's own.
 */
import {
  type CredentialProvider,
  type GetOptions,
  type Providers,
  type ProvidersOrFactory,
  problemResponse,
  TokenError,
} from "@tokenhop/core";

/** The error with the status and headers of the answer; what is no failure of a credential stays as it is. */
export function answerable(error: unknown): unknown {
  const problem = problemResponse(error);
  if (!problem) return error;
  const failure = error as TokenError;
  // A copy: others wait for the same exchange, and see the same error.
  return Object.defineProperties(new TokenError(failure.message, { ...failure, status: problem.status }), {
    headers: { value: Object.fromEntries(problem.headers) },
    // Express shows it to the client unless NODE_ENV is production. Why their token is no good is nothing to tell strangers.
    stack: { value: problem.status < 500 ? `${failure.name}: ${failure.code}` : failure.stack },
  });
}

function answering(provider: CredentialProvider): CredentialProvider {
  const get = (options: GetOptions): Promise<unknown> =>
    provider.get(options).catch((error) => {
      throw answerable(error);
    });
  const other = (params: never): CredentialProvider => {
    try {
      return answering(provider.with(params));
    } catch (error) {
      throw answerable(error);
    }
  };
  return Object.create(provider, { get: { value: get }, with: { value: other } });
}

function answeringAll(providers: Providers): Providers {
  const all = Object.entries(providers).map(([name, one]) => {
    // What is no provider is left to `createAttach`, which names all that are none.
    return [name, typeof one?.with === "function" ? answering(one as CredentialProvider) : one];
  });
  return Object.fromEntries(all);
}

/** The same providers, whose errors are answerable. */
export function withAnswerableErrors<T extends ProvidersOrFactory>(source: T): T {
  const made = typeof source === "function" ? (env: never) => answeringAll(source(env)) : answeringAll(source);
  return made as T;
}
