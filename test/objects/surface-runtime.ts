/** What is to come of names that the runtime and the language have. Written by hand, and true of every class of ours. */
import { HIDDEN, type Outcomes, type Rows, rows } from "./surface.ts";

const RESERVED: Outcomes = ["reserved", "reserved"];
const NO_FUNCTION = "TypeError: at[one[0]] is not a function";
const NO_FETCH = "Error: Handler does not export a fetch() function.";

/** Of objects only the stub itself says something: what it was got by. */
const ofObjects = (called: string, read: string): Rows[string] => ({
  entrypoint: HIDDEN,
  object: [called, read],
  handlers: HIDDEN,
});

/** What is asked for over the network, and not by RPC. */
const handled = (entrypoint: string, object: string, handlers: string): Rows[string] => ({
  entrypoint: [entrypoint, "a function"],
  object: [object, "a function"],
  handlers: [handlers, "a function"],
});

/** @param object Name of the object that is asked. */
export const runtimeRows = (object: string): Rows => ({
  // The runtime gives these to instances, and keeps them from RPC.
  ...rows("ctx env state storage props exports", HIDDEN),
  // What the runtime itself calls.
  ...rows("alarm dup webSocketMessage webSocketClose webSocketError", RESERVED),
  ...rows("scheduled queue email tail tailStream trace test", HIDDEN),
  ...rows("fetch", handled(NO_FETCH, NO_FETCH, "HTTP 404")),
  // A socket is there at once; that nobody answers shows when it is used.
  ...rows("connect", ["{}", "a function"]),
  // What a function, a promise, a namespace or a storage would have.
  ...rows("catch finally apply call bind prototype length arguments caller inspect toJSON dispose", HIDDEN),
  ...rows("getByName idFromName newUniqueId get put list delete deleteAll sql abort", HIDDEN),
  ...rows("blockConcurrencyWhile waitUntil", HIDDEN),
  // The rest are the stub's own, on the caller's side: nothing is sent.
  ...rows("id", ofObjects(NO_FUNCTION, JSON.stringify({ name: object }))),
  ...rows("name", ofObjects(NO_FUNCTION, object)),
  ...rows("constructor", ["TypeError: Illegal constructor", "a function"]),
  ...rows("then", [NO_FUNCTION, "nothing"]),
  ...rows("__proto__", [NO_FUNCTION, "{}"]),
  ...rows("__defineGetter__", ["TypeError: Object.prototype.__defineGetter__: Expecting function", "a function"]),
  ...rows("__defineSetter__", ["TypeError: Object.prototype.__defineSetter__: Expecting function", "a function"]),
  ...rows("__lookupGetter__ __lookupSetter__", ["nothing", "a function"]),
  ...rows("hasOwnProperty isPrototypeOf", ["false", "a function"]),
  ...rows("propertyIsEnumerable", ["true", "a function"]),
  ...rows("toString toLocaleString", handled("[object Fetcher]", "[object DurableObject]", "[object Fetcher]")),
  ...rows("valueOf", handled("{}", JSON.stringify({ name: object, id: { name: object } }), "{}")),
});
