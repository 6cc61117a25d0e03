/** What the model says: the last message again, word by word. */

/** A conversation. */
export interface Chat {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content?: unknown }[];
  /** Epoch ms. */
  readonly createdAt: number;
}

interface Spoken {
  readonly id: string;
  readonly created: number;
  readonly words: readonly string[];
}

/** Content is a text, or parts of which some are texts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts = Array.isArray(content) ? (content as readonly { readonly text?: unknown }[]) : [];
  return parts.map(({ text }) => (typeof text === "string" ? text : "")).join("");
}

function speak({ messages, createdAt }: Chat): Spoken {
  const said = `You said: ${textOf(messages.at(-1)?.content)}`;
  return {
    id: `chatcmpl-${crypto.randomUUID()}`,
    created: Math.floor(createdAt / 1000),
    words: said.match(/\s*\S+/g) ?? [],
  };
}

/** The answer at once. */
export function completion(chat: Chat): object {
  const { id, created, words } = speak(chat);
  const message = { role: "assistant", content: words.join(""), refusal: null };
  const asked = chat.messages.map(({ content }) => textOf(content).split(/\s+/).length).reduce((a, b) => a + b, 0);
  return {
    id,
    object: "chat.completion",
    created,
    model: chat.model,
    choices: [{ index: 0, message, finish_reason: "stop", logprobs: null }],
    usage: { prompt_tokens: asked, completion_tokens: words.length, total_tokens: asked + words.length },
  };
}

/** The answer as server-sent events, each in a chunk of its own. */
export function completionStream(chat: Chat): ReadableStream<Uint8Array> {
  const { id, created, words } = speak(chat);
  const event = (delta: object, finish_reason: "stop" | null): string => {
    const choices = [{ index: 0, delta, finish_reason }];
    return JSON.stringify({ id, object: "chat.completion.chunk", created, model: chat.model, choices });
  };
  const events = [
    event({ role: "assistant", content: "" }, null),
    ...words.map((content) => event({ content }, null)),
    event({}, "stop"),
    "[DONE]",
  ];
  const encoder = new TextEncoder();
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      const next = events[at++];
      if (next === undefined) controller.close();
      else controller.enqueue(encoder.encode(`data: ${next}\n\n`));
    },
  });
}
