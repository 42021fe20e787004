/**
 * Loads optional packages that the host must provide. Lambda's runtime or a layer contains them, but another host may
 * not.
 */
import { DomainError } from '../errors.ts';

/**
 * Loads a package. `load` has to import it by a literal name, so that bundlers find it.
 * @throws DomainError CONFIG_INVALID if the package is not installed. This error code is used so that a missing package
 * never looks like an outage.
 */
export async function loadPackage<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!isMissing(cause, name)) throw cause;
    throw new DomainError(
      'CONFIG_INVALID',
      `${name} is not installed where this code runs: run npm install ${name}`,
      {
        cause,
      },
    );
  }
}

/**
 * Whether the package itself is missing. ES modules and CommonJS use different error codes, and an error with either
 * code may be about a dependency of the package instead.
 */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  const isUnresolved = error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND';
  return isUnresolved && error.message.split('\n', 1)[0]?.includes(`'${name}'`) === true;
}
