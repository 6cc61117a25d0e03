/**
 * One certificate for all emulators of a run. A runtime reads the authorities that it trusts when it starts, so the
 * certificate has to be there before the process that runs the tests.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate, type ServerCertificate } from "@tokenhop/emulator/serve";

/** Where the tests find the certificate. */
const variable = "TOKENHOP_TEST_CERTIFICATE";
const names = [
  "localhost",
  "127.0.0.1",
  "::1",
  "login.microsoftonline.com",
  "management.azure.com",
  "graph.microsoft.com",
];

/** Makes it, and the environment in which Node, Bun and Deno trust it; gone when the work is done. */
export async function withCertificate(work: (env: Readonly<Record<string, string>>) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tokenhop-real-"));
  try {
    const certificate = await makeCertificate(names);
    const authority = join(folder, "ca.pem");
    const all = join(folder, "certificate.json");
    writeFileSync(authority, certificate.ca);
    writeFileSync(all, JSON.stringify(certificate), { mode: 0o600 });
    await work({ [variable]: all, NODE_EXTRA_CA_CERTS: authority, DENO_CERT: authority });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The certificate, in a process that was started with the environment of {@link withCertificate}, or with that itself. */
export function certificate(env: NodeJS.ProcessEnv = process.env): ServerCertificate {
  const path = env[variable];
  if (path === undefined) throw new Error(`${variable} is not set: run these tests with npm run test:real`);
  return JSON.parse(readFileSync(path, "utf8")) as ServerCertificate;
}
