/** The app of the emulated world: what it does in Azure, and in other clouds with the same identity. */
import type { GetOptions } from "@tokenhop/core";
import type { Context } from "hono";
import { createApp, type DemoApp, forbidden, passedOn } from "../app.ts";
import type { Tell } from "../events.ts";
import { emulatedPlatform } from "../platform.ts";
import type { DemoSettings } from "../settings.ts";
import { printable } from "../text.ts";
import { awsBuckets } from "./aws.ts";
import type { CloudBuckets, CloudMaker } from "./buckets.ts";
import { gcpBuckets } from "./gcp.ts";

/** Workers have it; elsewhere Hono throws. */
function waitUntilOf(c: Context): GetOptions["waitUntil"] {
  try {
    const { executionCtx } = c;
    return (work) => executionCtx.waitUntil(work);
  } catch {
    return undefined;
  }
}

/** The clouds by the names that `--cloud` takes. */
export const clouds: Readonly<Record<"aws" | "gcp", CloudMaker>> = { aws: awsBuckets, gcp: gcpBuckets };

/** A cloud besides Azure. */
export type CloudName = keyof typeof clouds;

/** Every name, in order. */
export const CLOUDS: readonly CloudName[] = ["aws", "gcp"];

function addCloud(app: DemoApp, name: CloudName, cloud: CloudBuckets, tell: Tell): void {
  const seen = new Set<string>();
  const answer = async (c: Context, ask: CloudBuckets["list"]): Promise<Response> => {
    const response = await ask(waitUntilOf(c));
    const body = await response.text();
    if (response.status === 403) forbidden(cloud.codeIn(body), tell);
    if (response.status !== 200) return passedOn(cloud.service, response, body);
    const buckets = cloud.bucketsIn(body);
    for (const { name, type, id } of buckets.filter((bucket) => !seen.has(bucket.id))) {
      seen.add(id);
      tell({ event: "resource.new", name: printable(name), type, id: printable(id) });
    }
    return c.json({ value: buckets });
  };
  app.get(`/api/${name}`, (c) => answer(c, cloud.list));
  app.get(`/api/${name}/forbidden`, (c) => answer(c, cloud.trespass));
}

/** Makes the app, where every host leads to the emulator. */
export function emulatedApp(settings: DemoSettings, tell: Tell): DemoApp {
  const platform = emulatedPlatform(settings);
  const app = createApp(settings, platform, tell);
  for (const name of CLOUDS) addCloud(app, name, clouds[name](settings, platform, tell), tell);
  return app;
}
