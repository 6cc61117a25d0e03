/**
 * The part of Google's expression language (CEL) in which attribute mappings and conditions are usually written: claims, texts, `+`,
 * comparisons, `&&`, `||`, `!`, brackets, and three tests of texts. A config with anything else in it is refused. Pure.
 */

/** What the names in an expression stand for. */
export type Names = Readonly<Record<string, unknown>>;

/** An expression, read. It throws {@link NoSuchValue} where a name stands for nothing. */
export type Expression = (names: Names) => unknown;

/** A claim that the token does not have, or a value of the wrong kind. */
export class NoSuchValue extends Error {
  override readonly name = "NoSuchValue";
}

const tokenPattern = /\s*(?:(&&|\|\||==|!=|[!+.()[\]])|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([A-Za-z_]\w*))/y;

interface Piece {
  readonly kind: "sign" | "text" | "name";
  readonly value: string;
}

/** Reads an expression. @throws {SyntaxError} when it is none that the emulator knows */
export function readExpression(source: string): Expression {
  const pieces = cut(source);
  let at = 0;

  const isSign = (value: string): boolean => pieces[at]?.kind === "sign" && pieces[at]?.value === value;
  const take = (value: string): boolean => isSign(value) && ++at > 0;
  const demand = (value: string): void => {
    if (!take(value)) throw new SyntaxError(`"${value}" is missing`);
  };
  const next = (kind: Piece["kind"]): string => {
    const piece = pieces[at++];
    if (piece?.kind !== kind) throw new SyntaxError(`a ${kind} is missing`);
    return piece.value;
  };

  function either(): Expression {
    let left = both();
    while (take("||")) left = pair(left, both(), (a, b) => truth(a()) || truth(b()));
    return left;
  }
  function both(): Expression {
    let left = comparison();
    while (take("&&")) left = pair(left, comparison(), (a, b) => truth(a()) && truth(b()));
    return left;
  }
  function comparison(): Expression {
    const left = sum();
    if (take("==")) return pair(left, sum(), (a, b) => a() === b());
    if (take("!=")) return pair(left, sum(), (a, b) => a() !== b());
    return left;
  }
  function sum(): Expression {
    let left = negation();
    while (take("+")) left = pair(left, negation(), (a, b) => text(a()) + text(b()));
    return left;
  }
  function negation(): Expression {
    if (!take("!")) return value();
    const inner = negation();
    return (names) => !truth(inner(names));
  }
  function value(): Expression {
    if (take("(")) {
      const inner = either();
      demand(")");
      return inner;
    }
    const first = pieces[at];
    if (first?.kind === "text") {
      at += 1;
      return after(() => first.value);
    }
    const name = next("name");
    return after((names) => member(names, name));
  }
  function after(start: Expression): Expression {
    let subject = start;
    for (;;) {
      if (take("[")) {
        const key = next("text");
        demand("]");
        subject = inside(subject, key);
      } else if (take(".")) {
        const name = next("name");
        subject = isSign("(") ? test(subject, name) : inside(subject, name);
      } else return subject;
    }
  }
  function test(subject: Expression, name: string): Expression {
    const check = tests.get(name);
    if (!check) throw new SyntaxError(`${name}() is not played`);
    demand("(");
    const argument = either();
    demand(")");
    return pair(subject, argument, (a, b) => check(text(a()), text(b())));
  }

  const whole = either();
  if (at < pieces.length) throw new SyntaxError("there is more behind the end");
  return whole;
}

/** What is wrong with an expression. */
export function expressionProblem(source: string): string | undefined {
  try {
    readExpression(source);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const tests: ReadonlyMap<string, (text: string, part: string) => boolean> = new Map([
  ["startsWith", (text, part) => text.startsWith(part)],
  ["endsWith", (text, part) => text.endsWith(part)],
  ["contains", (text, part) => text.includes(part)],
]);

function cut(source: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const pattern = new RegExp(tokenPattern);
  const end = source.trimEnd().length;
  while (pattern.lastIndex < end) {
    const found = pattern.exec(source);
    if (!found) throw new SyntaxError("it holds a sign that is not played");
    const [, sign, single, double, name] = found;
    if (sign !== undefined) pieces.push({ kind: "sign", value: sign });
    else if (name !== undefined) pieces.push({ kind: "name", value: name });
    else pieces.push({ kind: "text", value: (single ?? double ?? "").replace(/\\(.)/g, "$1") });
  }
  return pieces;
}

// Both sides come as functions, so that `&&` and `||` need not look at their right one.
function pair(
  left: Expression,
  right: Expression,
  join: (left: () => unknown, right: () => unknown) => unknown,
): Expression {
  return (names) =>
    join(
      () => left(names),
      () => right(names),
    );
}

function inside(subject: Expression, name: string): Expression {
  return (names) => member(subject(names), name);
}

function member(of: unknown, name: string): unknown {
  if (typeof of !== "object" || of === null || !Object.hasOwn(of, name)) throw new NoSuchValue(`There is no ${name}`);
  return (of as Names)[name];
}

function truth(value: unknown): boolean {
  if (typeof value !== "boolean") throw new NoSuchValue("A condition is neither true nor false");
  return value;
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new NoSuchValue("A value is no text");
  return value;
}
