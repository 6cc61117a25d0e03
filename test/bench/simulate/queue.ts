/** What happens next: instants in order, each with the number of the instance it belongs to. */

export interface Queue {
  push(at: number, id: number): void;
  /** Takes the earliest off, and gives its instance. Undefined when there is none. */
  pop(): { readonly at: number; readonly id: number } | undefined;
}

/** A binary heap. Instants that are equal come by instance, so that a run is the same whenever it is repeated. */
export function createQueue(capacity: number): Queue {
  const times = new Float64Array(capacity);
  const ids = new Int32Array(capacity);
  let size = 0;
  const timeAt = (place: number): number => times[place] ?? 0;
  const idAt = (place: number): number => ids[place] ?? 0;
  const put = (place: number, at: number, id: number): void => {
    times[place] = at;
    ids[place] = id;
  };
  const isBefore = (at: number, id: number, place: number): boolean =>
    at < timeAt(place) || (at === timeAt(place) && id < idAt(place));

  const sink = (at: number, id: number): void => {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= size) break;
      if (child + 1 < size && isBefore(timeAt(child + 1), idAt(child + 1), child)) child++;
      if (isBefore(at, id, child)) break;
      put(place, timeAt(child), idAt(child));
      place = child;
    }
    put(place, at, id);
  };

  return {
    push(at, id) {
      if (size === capacity) throw new Error(`The queue is full with ${capacity}`);
      let place = size++;
      while (place > 0) {
        const parent = (place - 1) >> 1;
        if (!isBefore(at, id, parent)) break;
        put(place, timeAt(parent), idAt(parent));
        place = parent;
      }
      put(place, at, id);
    },
    pop() {
      if (size === 0) return undefined;
      const first = { at: timeAt(0), id: idAt(0) };
      size--;
      if (size > 0) sink(timeAt(size), idAt(size));
      return first;
    },
  };
}
