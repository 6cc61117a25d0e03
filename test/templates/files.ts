/** What a template says in its files: the same in each place, and no more than it needs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/binaries.mjs";
import { filesIn } from "../../tools/lib/check.ts";
import { importsOf } from "../../tools/lib/source.ts";
import { compatibility } from "../../tools/lib/workerd.ts";
import type { Assert, Suite } from "../harness.ts";
import { edited, original, parseWrangler, type Template, trustOf } from "./project.ts";

const templates: readonly Template[] = ["cloudflare-worker", "deno", "bun"];

type Versions = Readonly<Record<string, string>>;

const manifestAt = (
  path: string,
): { readonly version: string; readonly dependencies?: Versions; readonly devDependencies?: Versions } =>
  JSON.parse(readFileSync(join(root, path, "package.json"), "utf8"));

/** The packages of ours that its programs import. */
function importedBy(template: Template): readonly string[] {
  const folder = join(root, "templates", template);
  const specifiers = filesIn(folder, "**/*.ts").flatMap((file) =>
    importsOf(readFileSync(join(folder, file), "utf8")).map(({ specifier }) => specifier),
  );
  const ours = specifiers.filter((one) => one.startsWith("@tokenhop/"));
  return [...new Set(ours.map((one) => one.split("/").slice(0, 2).join("/")))].sort();
}

/** The packages of ours that it asks for, with what it asks for. */
function askedBy(template: Template): Versions {
  if (template !== "deno")
    return (JSON.parse(original(template, "package.json")) as { dependencies: Versions }).dependencies;
  return (JSON.parse(original("deno", "deno.json")) as { readonly imports: Versions }).imports;
}

const homes: Versions = {
  "@tokenhop/cloudflare": "adapters/cloudflare",
  "@tokenhop/core": "packages/core",
  "@tokenhop/durable-objects": "packages/durable-objects",
  "@tokenhop/issuer": "packages/issuer",
};

function checkPackages(assert: Assert, template: Template): void {
  const expected = importedBy(template).map((name) => {
    const range = `^${manifestAt(homes[name] ?? "").version}`;
    return [name, template === "deno" ? `jsr:${name}@${range}` : range];
  });
  assert.deepEqual(askedBy(template), Object.fromEntries(expected));
}

/** The app registration is told the same as the managed identity. */
function checkTrust(assert: Assert, template: Template): void {
  const readme = original(template, "README.md");
  const [, json = ""] = /az ad app federated-credential create[^']*'(\{[^']*\})'/.exec(readme) ?? [];
  const { issuer, subject, audiences } = JSON.parse(edited(json)) as Readonly<Record<string, unknown>>;
  const trust = trustOf(template);
  assert.deepEqual([issuer, subject, audiences], [trust.issuer, trust.subject, [trust.audience]]);
}

export const suite: Suite = (QUnit) => {
  QUnit.module("files of the templates", () => {
    for (const template of templates) {
      QUnit.test(`${template} asks for the packages that it imports, in these versions`, (assert) =>
        checkPackages(assert, template),
      );
      QUnit.test(`${template} tells an app registration the same as a managed identity`, (assert) =>
        checkTrust(assert, template),
      );
      QUnit.test(`${template} has three values to edit besides the host`, (assert) => {
        const text = original(template, template === "cloudflare-worker" ? "wrangler.jsonc" : "settings.env");
        assert.strictEqual(text.split("EDIT").length - 1, 3);
        assert.notOk(/EDIT|your-domain/.test(edited(text).replaceAll(/^\s*(#|\/\/).*$/gm, "")), edited(text));
      });
    }

    QUnit.test("cloudflare-worker: one host name, and nobody else bound to the objects", (assert) => {
      const config = parseWrangler(original("cloudflare-worker", "wrangler.jsonc"));
      const [{ pattern, custom_domain } = { pattern: "", custom_domain: false }, ...more] = config.routes;
      assert.deepEqual([config.vars.ISSUER, custom_domain, more.length], [`https://${pattern}`, true, 0]);
      assert.deepEqual([config.workers_dev, config.preview_urls], [false, false]);
      assert.deepEqual([config.services, config.compatibility_flags], [undefined, undefined]);
      assert.ok(compatibility.includes(`"${config.compatibility_date}"`), "the date that these tests have");
      const classes = config.migrations.flatMap(({ new_sqlite_classes }) => new_sqlite_classes).sort();
      assert.deepEqual(config.durable_objects.bindings.map(({ class_name }) => class_name).sort(), classes);
    });

    QUnit.test("the tools are those that the templates were run with", (assert) => {
      const { devDependencies = {} } = manifestAt(".");
      const worker = JSON.parse(original("cloudflare-worker", "package.json")) as {
        readonly devDependencies: Versions;
      };
      const bun = JSON.parse(original("bun", "package.json")) as { readonly devDependencies: Versions };
      const { typescript = "", "bun-types": bunTypes = "" } = devDependencies;
      assert.deepEqual(worker.devDependencies, {
        typescript,
        wrangler: manifestAt("test/real").dependencies?.wrangler ?? "",
      });
      assert.deepEqual(bun.devDependencies, { "bun-types": bunTypes, typescript });
    });
  });
};
