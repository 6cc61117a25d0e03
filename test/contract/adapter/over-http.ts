/** An app behind a server, as its clients see it. Runs wherever the cases do, Workers included. */
import type { Ask, Departing, Running } from "./stage.ts";
import { readAnswer } from "./stage.ts";

/** What else is known of an app. */
export interface Known {
  /** Sent with every request, and what an `Ask` says besides as headers. */
  headersOf?(ask: Ask): Readonly<Record<string, string>>;
  contextUses?(): number;
}

/** Where the clients live that can go away; see `test/cells/departures.ts`. */
export interface Departures {
  readonly url: string;
}

type Kind = Awaited<Departing["answer"]>;

async function order<T>(url: string, body?: object): Promise<T> {
  const response = await fetch(url, body ? { method: "POST", body: JSON.stringify(body) } : {});
  return (await response.json()) as T;
}

/** An app at this URL. */
export function appAt(url: string, departures: Departures, known: Known = {}): Running {
  const headersOf = (ask: Ask): Record<string, string> => ({ ...ask.headers, ...known.headersOf?.(ask) });
  const open = async (ask: Ask = {}): Promise<Response> => {
    const { path = "/", method = "GET", body } = ask;
    const init: RequestInit & { duplex?: "half" } = { method, headers: headersOf(ask), redirect: "manual" };
    if (body != null) Object.assign(init, { body, duplex: "half" });
    return fetch(url + path, init);
  };
  return {
    open,
    ask: async (ask) => readAnswer(await open(ask)),
    async depart(ask = {}) {
      const { path = "/", body } = ask;
      const { id } = await order<{ readonly id: number }>(`${departures.url}/send`, {
        url: url + path,
        headers: { ...headersOf(ask), ...ask.lines },
        ...(body != null && { upload: String(body) }),
      });
      return {
        answer: order<Kind>(`${departures.url}/answers/${id}`),
        async reset() {
          await order(`${departures.url}/reset/${id}`);
        },
      };
    },
    contextUses: () => known.contextUses?.() ?? 0,
  };
}
