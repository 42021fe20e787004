/** The secrets that a page shows once. A further secret does not take the place of one that may not be stored yet. */

/** A secret that is shown once, or a note that it can no longer be shown. */
export type Shown = { readonly title: string; readonly secret: string | undefined; readonly note: string };

export type ListOfSecrets = readonly { readonly id: number; readonly shown: Shown }[];

export const NO_SECRETS: ListOfSecrets = [];

/** Adds a secret before the others. */
export function withSecret(secrets: ListOfSecrets, shown: Shown): ListOfSecrets {
  return [{ id: (secrets[0]?.id ?? 0) + 1, shown }, ...secrets];
}

export function withoutSecret(secrets: ListOfSecrets, id: number): ListOfSecrets {
  return secrets.filter((one) => one.id !== id);
}
