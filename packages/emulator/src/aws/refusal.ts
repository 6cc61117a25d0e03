/** A refusal of one of AWS's services, thrown where it is found and written out by the service. */

/** What to answer with. */
export interface AwsRefusal {
  readonly status: number;
  /** As it is on the wire, which is not always what an SDK calls it. */
  readonly code: string;
  readonly message: string;
  /** Why, for the log, when the message is not enough or repeats too much. */
  readonly reason?: string | undefined;
  /** Further elements of an S3 error. */
  readonly details?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Carries a refusal to whoever answers. */
export class AwsRefused extends Error {
  override readonly name = "AwsRefused";
  readonly refusal: AwsRefusal;

  constructor(refusal: AwsRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Makes the error of a refusal. */
export function awsRefused(
  status: number,
  code: string,
  message: string,
  more: Pick<AwsRefusal, "reason" | "details" | "headers"> = {},
): AwsRefused {
  return new AwsRefused({ status, code, message, ...more });
}
