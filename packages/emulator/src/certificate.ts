/** The certificate of the https server: made at its start, kept in memory, trusted by nobody who was not told to. */
import { generate } from "selfsigned";

/** A server certificate and the authority that signed it, all PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

const dayMs = 86_400_000;

/**
 * Makes an authority, and a certificate of it for some names or addresses, both valid from yesterday on for 30 days. Two,
 * because rustls refuses an authority as a server's own.
 *
 * @param now Epoch ms. Default: the time of the machine.
 */
export async function makeCertificate(names: readonly string[], now: number = Date.now()): Promise<ServerCertificate> {
  const common = {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(now - dayMs),
    notAfterDate: new Date(now + 30 * dayMs),
  } as const;
  const authority = await generate([{ name: "commonName", value: "tokenhop emulator (test only)" }], {
    ...common,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: names[0] ?? "localhost" }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: names.map((name) => (isIp(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  return { key: server.private, cert: server.cert, ca: authority.cert };
}

function isIp(name: string): boolean {
  return /^[\d.]+$/.test(name) || name.includes(":");
}
