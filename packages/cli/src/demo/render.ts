/** The demo's events as lines for a person. */
import { explain } from "@tokenhop/core/explain";
import type { DemoEvent } from "./events.ts";
import { printable } from "./text.ts";

function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

function lasting(expiresAt: number, at: number): string {
  return `valid until ${clock(expiresAt)} (${Math.max(0, Math.round((expiresAt - at) / 1000))} s)`;
}

function compared(answers: number, differences: number): string {
  if (answers === 0) return "nothing: Azure answered nothing that the emulator could";
  const what = `${answers} ${answers === 1 ? "answer" : "answers"} of Azure's and the emulator's`;
  if (differences === 0) return `${what}: alike`;
  return `${what}: ${differences} ${differences === 1 ? "difference" : "differences"}`;
}

function words(event: DemoEvent, at: number): readonly [what: string, details: string] {
  switch (event.event) {
    case "credential":
      return ["credential", `${event.provider}: received, ${lasting(event.expiresAt, at)}`];
    case "refresh":
      return ["refresh", `${event.provider}: renewed, ${lasting(event.expiresAt, at)}`];
    case "resource.new":
      return ["new resource", `${event.name} (${event.type})`];
    case "resource.removed":
      return ["resource gone", `${event.name} (${event.type})`];
    case "forbidden":
      return ["forbidden", `${event.status} ${event.code}`];
    case "graph":
      return ["graph", `${event.status}: users listed`];
    case "refused":
      return ["refused", `AADSTS${event.aadsts} (${event.code})`];
    case "skipped":
      return ["skipped", `${event.step}: ${event.reason}`];
    case "difference":
      return ["different", `${event.request}: ${event.what}`];
    case "compared":
      return ["compared", compared(event.answers, event.differences)];
    case "failed":
      return ["FAILED", `${event.step}: ${event.reason}`];
    case "done":
      return ["done", "every step that was played did what it should"];
  }
}

/** One event as a line: UTC time, what, details; for a refusal also why, and what to do instead. */
export function renderEvent(event: DemoEvent, at: number): string {
  const [what, details] = words(event, at);
  const line = `${clock(at)}  ${what.padEnd(13)}  ${printable(details)}`;
  if (event.event !== "refused") return line;
  const { cause, fix } = explain(event);
  const indent = " ".repeat(25);
  return [line, `${indent}why: ${cause}`, `${indent}fix: ${fix}`].join("\n");
}
