/**
 * The templates as a user has them after editing the four values. Where the part `templates` has prepared them, with the packages
 * as they are packed, these; otherwise with the sources of this repository, which is quicker and what a broken line shows in.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../../tools/binaries.mjs";
import type { WorkerOf } from "../objects/stage.ts";
import { type Trust, values } from "./cloud.ts";

/** Where the part leaves what it prepared. */
export const preparedVariable = "TOKENHOP_TEST_TEMPLATES";

/** The prepared project; undefined where there is none. */
const prepared = (): string | undefined => process.env[preparedVariable];

export type Template = "cloudflare-worker" | "deno" | "bun";

const placeholder = "issuer.your-domain.example";

/** A file of a template, as it is in this repository. */
export const original = (template: Template, file: string): string =>
  readFileSync(join(root, "templates", template, file), "utf8");

/** A configuration after the user's edits, which are four, and the host's twice where it stands twice. */
export function edited(text: string, changed: Partial<typeof values> = {}): string {
  const { host, ...others }: Readonly<Record<string, string>> = { ...values, ...changed };
  return Object.entries(others)
    .reduce((all, [name, value]) => all.replace(new RegExp(`(${name}(?:": "|=))EDIT`), `$1${value}`), text)
    .replaceAll(placeholder, host ?? "");
}

/** What the command in a template's README makes Azure trust, for the issuer's host of these tests. */
export function trustOf(template: Template): Trust {
  const readme = original(template, "README.md");
  const option = (name: string): string => {
    const found = new RegExp(`az identity federated-credential create[^\`]*?--${name} (\\S+)`).exec(readme)?.[1];
    if (found === undefined) throw new Error(`README.md of ${template} has no --${name}`);
    return found.replace(placeholder, values.host);
  };
  return { issuer: option("issuer"), subject: option("subject"), audience: option("audiences") };
}

/** As much of Wrangler's configuration as the tests look at. */
export interface WranglerConfig {
  readonly name: string;
  readonly compatibility_date: string;
  readonly compatibility_flags?: readonly string[];
  readonly routes: readonly { readonly pattern: string; readonly custom_domain: boolean }[];
  readonly vars: Readonly<Record<string, string>>;
  readonly workers_dev: boolean;
  readonly preview_urls: boolean;
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
  readonly migrations: readonly { readonly new_sqlite_classes: readonly string[] }[];
  readonly services?: readonly unknown[];
  readonly triggers: { readonly crons: readonly string[] };
}

/** Its comments have lines of their own. */
export const parseWrangler = (text: string): WranglerConfig =>
  JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, "")) as WranglerConfig;

const sources = `export { default } from "./templates/cloudflare-worker/src/index.ts";
export * from "./templates/cloudflare-worker/src/index.ts";`;

/** The Worker that Wrangler would deploy from this configuration. `home` is another one whose objects it uses instead of its own. */
export function workerFrom(text: string, home?: string): WorkerOf {
  const { vars, durable_objects, migrations } = parseWrangler(text);
  return {
    program:
      prepared() === undefined ? sources : { file: join(prepared() ?? "", "cloudflare-worker", "out", "index.js") },
    objects: home === undefined ? migrations.flatMap(({ new_sqlite_classes }) => new_sqlite_classes) : undefined,
    texts: vars,
    namespaces: Object.fromEntries(
      durable_objects.bindings.map(({ name, class_name }) => [name, { className: class_name, service: home }]),
    ),
  };
}

/** A program for Deno or Bun in a folder of its own, edited. */
export interface Program {
  readonly folder: string;
  /** What its runtime needs to be told to find packages that are sources. */
  readonly flags: readonly string[];
  remove(): void;
}

/** Copies a program and edits it. */
export function programOf(template: "deno" | "bun", edit: (text: string) => string = edited): Program {
  const folder = mkdtempSync(join(tmpdir(), `tokenhop-${template}-`));
  cpSync(join(root, "templates", template), folder, { recursive: true });
  writeFileSync(join(folder, "settings.env"), edit(original(template, "settings.env")));
  if (template === "deno") {
    // What is on JSR is the sources. They come from here, and other people's packages from where npm has put them.
    const config = JSON.parse(original("deno", "deno.json")) as object;
    const links = ["core", "issuer"].map((name) => join(root, "packages", name));
    const linked = { ...config, links, nodeModulesDir: "manual" };
    writeFileSync(join(folder, "deno.json"), JSON.stringify(linked));
  } else {
    symlinkSync(join(prepared() ?? root, "node_modules"), join(folder, "node_modules"));
  }
  return {
    folder,
    flags: template === "bun" && prepared() === undefined ? ["--conditions=tokenhop-source"] : [],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
