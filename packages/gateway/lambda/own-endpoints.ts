/**
 * The variable with which an instance learns which variables of the SDK, such as `AWS_ENDPOINT_URL_S3`, its function
 * sets itself. The instance removes it before the handler is loaded.
 */
export const OWN_ENDPOINTS = 'GATEWRIGHT_OWN_ENDPOINTS';

/** Returns the variable for an environment that sets variables of the SDK; otherwise nothing. */
export function ownEndpoints(environment: Readonly<Record<string, string>>): Record<string, string> {
  const names = Object.keys(environment).filter((name) => name.startsWith('AWS_ENDPOINT_URL'));
  return names.length === 0 ? {} : { [OWN_ENDPOINTS]: names.join(' ') };
}
