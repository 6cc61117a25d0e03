/** A refusal that was ordered, in the shape of the service that it hits. */
import type { Fault } from "../faults.ts";
import type { Answer, Call, World } from "../world.ts";
import { s3Error } from "./s3/answers.ts";
import { stsError } from "./sts/answers.ts";

type AwsFault = Extract<Fault, { readonly kind: "aws-error" }>;

/** What is answered instead of the route. */
export function awsFault(
  world: World,
  { method }: Call,
  { route, status, code, message = "A fault was ordered.", retryAfterSeconds: retry }: AwsFault,
): Omit<Answer, "log"> {
  const headers = retry === undefined ? {} : { "retry-after": String(retry) };
  const refusal = { status, code, message, headers };
  return route === "aws-s3" ? s3Error(world, refusal, method) : stsError(world, refusal);
}
