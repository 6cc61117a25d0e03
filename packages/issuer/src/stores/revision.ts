/** The comparison of compare-and-swap. */

/**
 * Whether what is stored is what a writer expects: nothing at all, or a ring of that revision. Somebody else's data is neither,
 * though it has no revision either.
 */
export function isExpected(stored: unknown, expectedRevision: number | undefined): boolean {
  if (expectedRevision === undefined) return stored === undefined;
  return (Object(stored) as { readonly revision?: unknown }).revision === expectedRevision;
}
