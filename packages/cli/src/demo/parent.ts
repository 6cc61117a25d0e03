/** The app's process lives no longer than the demo that started it, however that ends. */

/** Ends this process when its standard input does: the other end is the demo's. */
export function endWithParent(): void {
  process.stdin.on("end", () => process.exit(0));
  process.stdin.resume();
}
