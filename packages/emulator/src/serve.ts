/** Puts an emulator on a loopback port, over http or https. For Node, Bun and Deno. */
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { makeCertificate, type ServerCertificate } from "./certificate.ts";
import type { Emulator } from "./emulator.ts";
import { isDropped } from "./faults.ts";

export { makeCertificate, type ServerCertificate } from "./certificate.ts";

/** Settings of `serve`. */
export interface ServeOptions {
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Loopback only. Default `127.0.0.1`. */
  readonly hostname?: "127.0.0.1" | "::1" | "localhost" | undefined;
  /**
   * Serve https with a certificate made at the start and kept in memory. `true` names localhost, 127.0.0.1, ::1 and
   * login.microsoftonline.com; `names` replaces these. A `certificate` that was made before (by `makeCertificate`, say)
   * suits clients that have to be told of its authority before they start. Default: http.
   */
  readonly https?:
    | true
    | { readonly names?: readonly string[] | undefined }
    | { readonly certificate: ServerCertificate }
    | undefined;
}

/** A listening emulator. */
export interface Served {
  /** Origin, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Certificate (PEM) of the authority that clients have to trust; only over https. */
  readonly ca?: string | undefined;
  /** Stops listening and breaks open connections. */
  close(): Promise<void>;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

const defaultNames = ["localhost", "127.0.0.1", "::1", "login.microsoftonline.com"];
const loopback: readonly string[] = ["127.0.0.1", "::1", "localhost"];

/**
 * Listens.
 *
 * @throws {TypeError} for a host name that is not loopback
 * @throws when the port is taken
 */
export async function serve(emulator: Pick<Emulator, "fetch">, options: ServeOptions = {}): Promise<Served> {
  const { port = 0, hostname = "127.0.0.1", https } = options;
  if (!loopback.includes(hostname)) throw new TypeError("The emulator listens on loopback only");

  const listener = listenerFor(emulator);
  const certificate = await certificateFor(https);
  const server: Server = certificate
    ? createHttpsServer({ key: certificate.key, cert: certificate.cert }, listener)
    : createHttpServer(listener);

  const bound = await listen(server, port, hostname);
  const host = hostname === "::1" ? "[::1]" : hostname;
  return {
    url: `${certificate ? "https" : "http"}://${host}:${bound}`,
    port: bound,
    ...(certificate && { ca: certificate.ca }),
    close: () => close(server),
  };
}

async function certificateFor(https: ServeOptions["https"]): Promise<ServerCertificate | undefined> {
  if (https === undefined) return undefined;
  if (https !== true && "certificate" in https) return https.certificate;
  return makeCertificate((https !== true && https.names) || defaultNames);
}

/** A dropped connection is a broken socket, not an answer; any other failure is said aloud. */
function listenerFor(emulator: Pick<Emulator, "fetch">): Listener {
  return (request, response) => {
    const answer = getRequestListener(
      async (incoming) => {
        try {
          return await emulator.fetch(incoming);
        } catch (error) {
          if (isDropped(error)) {
            request.socket.destroy();
            return RESPONSE_ALREADY_SENT;
          }
          return Response.json({ error: String(error) }, { status: 500 });
        }
      },
      { overrideGlobalObjects: false },
    );
    void answer(request, response);
  };
}

function listen(server: Server, port: number, hostname: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
