// @ts-check
/**
 * For a process whose Azure is on this machine: names of Microsoft's lead to the double of the tests, by TLS and under their
 * own names, so that certificates are checked as ever. Every connection is written down, and none leaves this machine.
 */
import dns from "node:dns";
import { appendFileSync } from "node:fs";
import net from "node:net";
import tls from "node:tls";

const { names, port, log } = /** @type {{ names: string[], port: number, log: string }} */ (
  JSON.parse(process.env.TOKENHOP_TEST_DOUBLE ?? "{}")
);

/** @param {string} kind @param {unknown} host @returns {never} */
function refuse(kind, host) {
  appendFileSync(log, `${kind} ${host}\n`);
  throw new Error(`A test wanted to reach ${host}`);
}

const secure = tls.connect;
const plain = net.connect;
const lookUp = dns.lookup;

// What calls them names an object with the host; both are also called by themselves from within.
Object.assign(tls, {
  /** @param {import("node:tls").ConnectionOptions} options @param {() => void} [ready] */
  connect(options, ready) {
    if (!names.includes(String(options.host)) || Number(options.port) !== 443) refuse("tls", options.host);
    appendFileSync(log, `tls ${options.host}\n`);
    return secure({ ...options, host: "127.0.0.1", port }, ready);
  },
});
Object.assign(net, {
  /** @param {import("node:net").TcpNetConnectOpts} options @param {() => void} [ready] */
  connect(options, ready) {
    if (options.host !== "127.0.0.1") refuse("plain", options.host);
    return plain(options, ready);
  },
});
Object.assign(dns, {
  // A server that listens on an address has it looked up.
  /** @param {string} host @param {unknown[]} rest */
  lookup: (host, ...rest) =>
    host === "127.0.0.1" ? Reflect.apply(lookUp, dns, [host, ...rest]) : refuse("lookup", host),
});
