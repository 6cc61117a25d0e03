/** Secrets of key vaults, in memory: each name has versions, the newest last. */

/** One version of a secret. */
export interface SecretVersion {
  readonly version: string;
  readonly value: string;
  readonly contentType?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly enabled: boolean;
  /** Epoch seconds, as the wire counts. */
  readonly created: number;
  readonly updated: number;
}

/** A secret that was deleted and can still be seen. */
export interface DeletedSecret {
  readonly versions: readonly SecretVersion[];
  /** Epoch seconds. */
  readonly deletedDate: number;
}

/** The secrets of one vault. */
export interface VaultSecrets {
  readonly live: Map<string, readonly SecretVersion[]>;
  readonly deleted: Map<string, DeletedSecret>;
}

/** The secrets of all vaults. */
export interface SecretStore {
  of(vaultId: string): VaultSecrets;
}

/** Makes an empty store. */
export function createSecretStore(): SecretStore {
  const vaults = new Map<string, VaultSecrets>();
  return {
    of(vaultId) {
      const key = vaultId.toLowerCase();
      const vault = vaults.get(key) ?? { live: new Map(), deleted: new Map() };
      vaults.set(key, vault);
      return vault;
    },
  };
}
