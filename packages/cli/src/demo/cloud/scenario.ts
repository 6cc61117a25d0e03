/** What the demo plays in another cloud than Azure. */
import { type EmulatedStage, step, until } from "../scenario.ts";
import { ask, type Step, told } from "../stage.ts";
import type { CloudName } from "./app.ts";

const REFRESHES = 2;

const words: Readonly<Record<CloudName, { readonly into: string; readonly denied: string; readonly code: string }>> = {
  aws: {
    into: "an IAM role in AWS → Amazon S3",
    denied: "the role may not delete what is in its bucket",
    code: "AccessDenied",
  },
  gcp: {
    into: "a service account of Google Cloud → Cloud Storage",
    denied: "the service account may not list another project's buckets",
    code: "forbidden",
  },
};

/** The credential is received, used, and renewed twice while it is used; and it is good for nothing else. */
export function cloudScenario(cloud: CloudName): readonly Step<EmulatedStage>[] {
  const { into, denied, code } = words[cloud];
  const path = `/api/${cloud}`;
  return [
    step(cloud, `S5: the same OIDC token → ${into}`, async (stage) => {
      await until(stage, path, "a bucket", ({ told }) => told.some(({ event }) => event === "resource.new"));
      await until(stage, path, `a credential refreshed ${REFRESHES} times`, ({ told }) => {
        const refreshes = told.filter((event) => event.event === "refresh" && event.provider === cloud);
        return refreshes.length >= REFRESHES;
      });
    }),
    step("denied", `Denied: ${denied}`, async (stage) => {
      await ask(stage, `${path}/forbidden`, 403);
      await told(stage, "the refusal", (event) => event.event === "forbidden" && event.code === code);
      await ask(stage, path, 200);
    }),
  ];
}
