/** What Durable Objects have stored, read from their files by other means than workerd's. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { deserialize } from "node:v8";
import type { Stage } from "./stage.ts";

/** One object: its class, as `WORKER-CLASS`, and its rows by their keys. */
export interface StoredObject {
  readonly owner: string;
  readonly rows: Readonly<Record<string, unknown>>;
}

/** Tables of the runtime's. An object that stored nothing has none of them. */
const ROWS = "select key, value from _cf_KV";
const TABLES = "select name from sqlite_master where type = 'table' and name = '_cf_KV'";

function rowsOf(file: string): Readonly<Record<string, unknown>> {
  const database = new DatabaseSync(file);
  try {
    if (!database.prepare(TABLES).get()) return {};
    const rows = database.prepare(ROWS).all();
    return Object.fromEntries(rows.map(({ key, value }) => [key, deserialize(Buffer.from(value as Uint8Array))]));
  } finally {
    database.close();
  }
}

/** Every object of a stage, as it is on the disk at this moment. */
export function storedIn(stage: Stage): readonly StoredObject[] {
  const folder = mkdtempSync(join(tmpdir(), "tokenhop-stored-"));
  try {
    // A database and its journal belong together; the index of the journal is made anew. Each object has names of its own.
    const files = stage.storage().filter(({ path }) => !/(^|\/)metadata\.|-shm$/.test(path));
    for (const { path, bytes } of files) writeFileSync(join(folder, basename(path)), bytes);
    return files
      .filter(({ path }) => path.endsWith(".sqlite"))
      .map(({ path }) => ({ owner: dirname(path), rows: rowsOf(join(folder, basename(path))) }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
