/** How an isolate asks the broker: within its time, and with every way of not being answered told apart. */
import { askObject } from "../ask-object.ts";
import { inTime, type Patience } from "../in-time.ts";
import { type BrokerQuestion, type BrokerReply, type BrokerStub, readReply, STILL_WAITING } from "./protocol.ts";

/**
 * Why an isolate exchanged on its own.
 *
 * - `unreachable`: the call failed
 * - `overloaded`: the object has more to do than it can
 * - `timeout`: no answer within `timeoutMs`
 * - `version`: another version of this package answered
 * - `unreadable`: the answer makes no sense
 * - `refused`: the broker has no such provider, or one with another configuration
 * - `failed`: the broker could not exchange where it is (network, identity token, configuration, ...)
 */
export type FallbackReason = "unreachable" | "overloaded" | "timeout" | "version" | "unreadable" | "refused" | "failed";

/** What the identity provider said of the exchange itself, which it would say to the isolate as well. */
const ITS_WORD = /^ERR_(EXCHANGE_(REFUSED|CHAIN|FAILED|REPLY|INTERACTION)|CALL_CLAIMS)$/;

/** What of a reply is for whoever called. The rest is the broker's own affair, and an isolate may well do better. */
function relayed(reply: BrokerReply): BrokerReply | FallbackReason {
  if (reply.ok || reply.error.code === STILL_WAITING || ITS_WORD.test(reply.error.code)) return reply;
  return reply.error.code === "ERR_BROKER_REFUSED" ? "refused" : "failed";
}

const LATE = Symbol("late");

/** The broker's answer, or why there is none. A call that was cut off is made once more, on a fresh stub and in the same time. */
export async function askBroker(
  stubs: () => BrokerStub,
  question: BrokerQuestion,
  patience: Patience & { readonly signal: AbortSignal },
): Promise<BrokerReply | FallbackReason> {
  let answer: unknown;
  try {
    answer = await inTime(
      askObject(stubs, async (stub) => stub.credential(question)),
      patience,
      () => LATE,
    );
  } catch (error) {
    patience.signal.throwIfAborted();
    // Of what was thrown nothing is shown: it comes from elsewhere.
    return (Object(error) as { overloaded?: unknown }).overloaded === true ? "overloaded" : "unreachable";
  }
  if (answer === LATE) return "timeout";
  const reply = readReply(answer);
  return typeof reply === "object" ? relayed(reply) : reply;
}
