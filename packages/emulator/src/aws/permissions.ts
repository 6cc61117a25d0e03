/** What a session may do. Pure. */
import type { AwsStatementConfig } from "./config-types.ts";
import type { AwsSession } from "./sessions.ts";

/** Whether a session may do something: the role's permissions and the session's policies must each allow it. */
export function isAllowedTo(session: Pick<AwsSession, "allowedBy">, action: string, resource: string): boolean {
  return session.allowedBy.every((statements) => statements.some((statement) => allows(statement, action, resource)));
}

function allows({ actions, resources }: AwsStatementConfig, action: string, resource: string): boolean {
  return (
    actions.some((pattern) => isLike(action.toLowerCase(), pattern.toLowerCase())) &&
    resources.some((pattern) => isLike(resource, pattern))
  );
}

/** `StringLike`: `*` stands for any text, `?` for one character, everything else for itself. */
export function isLike(value: string, pattern: string): boolean {
  const parts = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${parts}$`, "su").test(value);
}

/** The statements of a policy document, or undefined for what is no policy that the emulator can play. */
export function parsePolicy(text: string): readonly AwsStatementConfig[] | undefined {
  const document = parsed(text);
  if (!isRecord(document) || !["2012-10-17", "2008-10-17"].includes(String(document.Version ?? "2008-10-17"))) {
    return undefined;
  }
  const statements = listOf(document.Statement).map(statementOf);
  const known = statements.filter((statement) => statement !== undefined);
  return known.length === statements.length && known.length > 0 ? known : undefined;
}

/** Only plain `Allow`: a condition or a `Deny` that were left out would allow too much. */
function statementOf(value: unknown): AwsStatementConfig | undefined {
  if (!isRecord(value) || value.Effect !== "Allow") return undefined;
  const { Action, Resource, ...others } = value;
  if (Object.keys(others).some((name) => name !== "Effect" && name !== "Sid")) return undefined;
  const actions = listOf(Action);
  const resources = listOf(Resource);
  const isComplete = actions.length > 0 && resources.length > 0 && [...actions, ...resources].every(isText);
  return isComplete ? { actions: actions as string[], resources: resources as string[] } : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
