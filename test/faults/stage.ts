/** The project's own source and target, between which and the server of faults stand real sockets. */

import type { BearerToken, IdentitySource, Platform, StepContext, SubjectToken, Target } from "@tokenhop/core";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { type EntraParams, entra } from "@tokenhop/core/targets/entra";
import type { RemoteCell } from "./control.ts";
import type { Hop, Routes } from "./protocol.ts";

/** The variables of a job whose identity endpoint is a cell's. */
export const environmentOf = ({ path }: RemoteCell, { source }: Routes): Platform["env"] => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: `${source}/${path}/source?api-version=2.0`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: "of-the-job",
});

export const sourceOf = (): IdentitySource => githubActions({ allowHttpLoopback: true });

export const targetOf = ({ path }: RemoteCell, { target }: Routes): Target<BearerToken, EntraParams> =>
  entra({
    tenantId: "b1a7c0de-0000-4000-8000-00000000cafe",
    clientId: "c11e0717-0000-4000-8000-00000000cafe",
    scope: "https://management.azure.com/.default",
    authority: `${target}/${path}/target`,
    allowHttpLoopback: true,
  });

/** Sees each step of a hop from its beginning to its end. */
export type Watch = <T>(hop: Hop, context: StepContext, run: (context: StepContext) => Promise<T>) => Promise<T>;

/** The same source, watched. */
export const watchedSource = (source: IdentitySource, watch: Watch): IdentitySource => ({
  ...source,
  getToken: (asked, context) => watch<SubjectToken>("source", context, (seen) => source.getToken(asked, seen)),
});

/** The same target, watched. */
export const watchedTarget = <P extends object>(
  target: Target<BearerToken, P>,
  watch: Watch,
): Target<BearerToken, P> => ({
  ...target,
  exchange: (subject, params, context) =>
    watch<BearerToken>("target", context, (seen) => target.exchange(subject, params, seen)),
});
