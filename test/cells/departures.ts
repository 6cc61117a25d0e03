/**
 * Clients that go away, in a process apart from the servers that they leave: not every runtime can reset a connection, and what
 * can must not be what is tested. Told over HTTP: `/send`, `/reset/ID`, `/answers/ID`.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { type Sent, send } from "../workerd/client.ts";

/** What is to be sent; an `upload` is begun and never ended. */
interface Order {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly upload?: string;
}

async function orderIn(message: IncomingMessage): Promise<Order> {
  let text = "";
  for await (const chunk of message.setEncoding("utf8")) text += chunk;
  return JSON.parse(text) as Order;
}

/** Starts it on any free port of loopback. */
export async function startDepartures(): Promise<{ readonly url: string; close(): void }> {
  const clients: Sent[] = [];
  const obey = async (message: IncomingMessage): Promise<object> => {
    const [, what, id] = (message.url ?? "").split("/");
    const client = clients[Number(id)];
    if (what === "send") {
      const { url, headers, upload } = await orderIn(message);
      return { id: clients.push(send(url, headers, upload)) - 1 };
    }
    if (what === "reset") client?.reset();
    const { kind, status } = (what === "answers" && (await client?.answer)) || { kind: "broken", status: 0 };
    return { kind, status };
  };
  const server = createServer((message, response) => {
    obey(message).then(
      (said) => response.end(JSON.stringify(said)),
      () => response.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
