/** Clients that do what `fetch` does not: send a header twice, stop reading, go away. */
import { connect, type Socket } from "node:net";

/** A request line, these header lines, and the end of the head. */
function begin(url: string, method: string, path: string, lines: readonly string[]): Socket {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => undefined);
  socket.write([`${method} ${path} HTTP/1.1`, `Host: ${host}`, ...lines, "", ""].join("\r\n"));
  return socket;
}

/** Sends a GET with exactly these header lines, and resolves with all that comes back. */
export function rawRequest(url: string, path: string, lines: readonly string[]): Promise<string> {
  const socket = begin(url, "GET", path, [...lines, "Connection: close"]);
  let text = "";
  socket.setEncoding("utf8").on("data", (part) => {
    text += part;
  });
  return new Promise((resolve) => socket.on("close", () => resolve(text)));
}

/** Sends a GET, and reads nothing until it is told to, or is told to go away. */
export function lazyClient(url: string, path = "/"): { read(): void; leave(): void } {
  const socket = begin(url, "GET", path, []);
  socket.pause();
  return { read: () => void socket.resume(), leave: () => void socket.destroy() };
}
