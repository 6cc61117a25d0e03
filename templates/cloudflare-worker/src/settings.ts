/** The values of wrangler.jsonc that are to be edited. None of them is a secret. */

const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

const expected = {
  // As the federated credential has it, to the letter: with nothing behind the host. No name below .example can exist.
  ISSUER: /^https:\/\/(?!.*\.example$)[a-z\d.-]+$/,
  TENANT_ID: GUID,
  CLIENT_ID: GUID,
  RESOURCE_GROUP_ID: /^\/subscriptions\/[\da-f-]{36}\/resourceGroups\/[\w.()-]+$/i,
};

/** The names of those that are not edited yet, or cannot be right. */
export const unedited = (env: Env): readonly string[] =>
  Object.entries(expected)
    .filter(([name, pattern]) => !pattern.test(env[name as keyof typeof expected] ?? ""))
    .map(([name]) => name);
