/** Explains LevelDB's errors about its folder. */

/**
 * Returns an explanation of an error of LevelDB.
 * @param code LevelDB's own error code, such as `LEVEL_CORRUPTION`
 * @returns undefined for other errors
 */
export function explainStorageFault(
  code: string,
  message: string,
  directory: string | undefined,
): string | undefined {
  const folder = directory ?? 'the data directory';
  switch (code) {
    case 'LEVEL_LOCKED':
      return `${folder} is in use by another gatewright; stop it or choose another --data`;
    case 'LEVEL_CORRUPTION':
      return `${folder} is damaged (${message}); restore a copy, or delete the folder to start with empty tables`;
    case 'LEVEL_IO_ERROR':
      return `${folder} cannot be read or written (${message}); check free disk space and the owner of its files`;
    default:
      return undefined;
  }
}

/** Returns the code and the message of LevelDB's fault. For "not open", they are in the error's cause. */
export function storageFaultOf(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', message: String(error) };
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause) return { code: String(cause.code), message: cause.message };
  return { code: 'code' in error ? String(error.code) : 'UNKNOWN', message: error.message };
}
