/** Both ends belong to it. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads a `Range` of a resource of so many bytes. What is not `bytes=FROM-` or `bytes=FROM-TO` is ignored, and the whole is sent
 * (RFC 9110, 14.2). Pure.
 */
export function rangeOf(header: string | null | undefined, size: number): ByteRange | "unsatisfiable" | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined) return undefined;
  const [from, to] = [Number(first), last ? Math.min(Number(last), size - 1) : size - 1];
  if (last && Number(last) < from) return undefined;
  return from >= size ? "unsatisfiable" : { from, to };
}
