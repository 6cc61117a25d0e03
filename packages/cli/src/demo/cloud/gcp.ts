/** Google Cloud: the job's identity becomes a service account, and the project's buckets are listed. */
import { federate, type GetOptions, type Platform } from "@tokenhop/core";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { gcpSts } from "@tokenhop/core/targets/gcp-sts";
import type { Tell } from "../events.ts";
import { reporter } from "../providers.ts";
import type { DemoSettings } from "../settings.ts";
import { readObject } from "../text.ts";
import type { Bucket, CloudBuckets } from "./buckets.ts";

const BUCKETS = "https://storage.googleapis.com/storage/v1/b?project=";
const REASON = /^[A-Za-z]{1,60}$/;

function isNamed(item: unknown): item is { readonly name: string } {
  return typeof (Object(item) as { readonly name?: unknown }).name === "string";
}

function bucketsIn(body: string): readonly Bucket[] {
  const { items = [] } = readObject(body);
  return [items]
    .flat()
    .filter(isNamed)
    .map(({ name }) => ({ name, type: "storage.googleapis.com/Bucket", id: `//storage.googleapis.com/${name}` }));
}

/** The reason that the storage API gives: `{ error: { errors: [{ reason }] } }`. */
function codeIn(body: string): string | undefined {
  const { errors } = Object(readObject(body).error) as { readonly errors?: unknown };
  const { reason } = Object([errors].flat()[0]) as { readonly reason?: unknown };
  return REASON.test(String(reason)) ? String(reason) : undefined;
}

/** Cloud Storage, as a service account that no key exists of. */
export function gcpBuckets(settings: DemoSettings, platform: Platform, tell: Tell): CloudBuckets {
  const { GCP_PROVIDER: audience, GCP_SERVICE_ACCOUNT: serviceAccount, GCP_PROJECT: project } = settings;
  const provider = federate({
    from: githubActions(),
    to: gcpSts({ audience, serviceAccount }),
    platform,
    onEvent: reporter("gcp", tell),
  });
  const ask = async (url: string, waitUntil: GetOptions["waitUntil"]): Promise<Response> => {
    const { token } = await provider.get({ waitUntil });
    return platform.fetch(url, { headers: { authorization: `Bearer ${token.reveal()}` } });
  };
  return {
    service: "Google Cloud Storage",
    list: (waitUntil) => ask(BUCKETS + encodeURIComponent(project), waitUntil),
    trespass: (waitUntil) => ask(`${BUCKETS}somebody-elses`, waitUntil),
    bucketsIn,
    codeIn,
  };
}
