/** Waiting for what takes no signal: the wait ends with it, and what comes of the call later is nobody's. */
export function waitFor<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", reject, { once: true });
    call()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", reject));
  });
}
