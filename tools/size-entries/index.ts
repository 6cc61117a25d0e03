/** What is weighed, and how heavy it may be: bytes of the minified bundle after gzip -9, all dependencies in. */

/** One program a user would deploy. */
export interface SizeEntry {
  readonly name: string;
  /** In this folder. */
  readonly file: string;
  readonly budget: number;
  /** The application's own framework is the application's weight. */
  readonly external?: readonly string[];
}

export const entries: readonly SizeEntry[] = [
  { name: "S1 in a Worker", file: "s1.ts", budget: 13_000 },
  { name: "S1 with downstream and hono's adapter", file: "s1-hono.ts", budget: 15_500, external: ["hono"] },
  {
    name: "S1 with downstream, hono's adapter and bearerAuth",
    file: "s1-bearer-auth.ts",
    budget: 22_000,
    external: ["hono"],
  },
  { name: "S3 in a Worker", file: "s3.ts", budget: 13_000 },
];
