/** A port with a certificate that nobody was told to trust. One for each cell: a broken handshake names no path. */
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { UntrustedPort } from "./cell.ts";

export async function openUntrusted(
  { key, cert }: { readonly key: string; readonly cert: string },
  host: string,
): Promise<UntrustedPort> {
  const server = createServer({ key, cert }, (_request, response) => void response.end("{}"));
  server.listen(0, host);
  await once(server, "listening");
  const port: UntrustedPort = {
    origin: `https://${host}:${(server.address() as AddressInfo).port}`,
    connections: 0,
    handshakes: 0,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  server.on("connection", () => void port.connections++);
  server.on("secureConnection", () => void port.handshakes++);
  return port;
}
