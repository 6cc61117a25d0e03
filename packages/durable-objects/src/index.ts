/**
 * Cloudflare Durable Objects: an OpenID Connect issuer whose private key never leaves its object, and a broker that keeps
 * credentials fresh for all isolates.
 *
 * Import from `@tokenhop/durable-objects`.
 */
export type { Refusal } from "@tokenhop/core/kit";
export type { ObjectOptions } from "./ask-object.ts";
export type { FallbackReason } from "./broker/ask.ts";
export type { BrokeredOptions, SharedProviders } from "./broker/options.ts";
export type { BrokerQuestion, BrokerReply, BrokerStub } from "./broker/protocol.ts";
export { brokered } from "./brokered.ts";
export { IssuerEntrypoint, type IssuerKeys, type IssuerProps } from "./issuer-entrypoint.ts";
export { type IssuerHandlerOptions, issuerHandler } from "./issuer-handler.ts";
export {
  type DocumentsReply,
  type DropReply,
  IssuerObject,
  type IssuerObjectOptions,
  type IssuerStub,
} from "./issuer-object.ts";
export { TokenBroker } from "./token-broker.ts";
export type { LocationHint, NamespaceLike } from "./types.ts";
