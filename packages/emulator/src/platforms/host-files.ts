/** Files that the emulated host would have: the emulator writes none, a test reads them here. */

/** The files, by path. */
export interface HostFiles {
  write(path: string, content: string): void;
  read(path: string): string | undefined;
  remove(path: string): void;
  /** The path of the file with such a content. */
  find(isMeant: (content: string) => boolean): string | undefined;
}

/** Makes an empty host; the oldest file goes when there are more than `max`. */
export function createHostFiles(max = 100): HostFiles {
  const files = new Map<string, string>();
  return {
    write(path, content) {
      const [oldest] = files.keys();
      if (files.size >= max && oldest !== undefined) files.delete(oldest);
      files.set(path, content);
    },
    read: (path) => files.get(path),
    remove: (path) => void files.delete(path),
    find: (isMeant) => [...files].find(([, content]) => isMeant(content))?.[0],
  };
}
