/**
 * Reads `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL`, which replace AWS's address for calls to one service, or
 * to all services.
 */

type Environment = Readonly<Record<string, string | undefined>>;

/** Maps the signing name of a service to its name in these variables, for services whose two names differ. */
const VARIABLES: Readonly<Record<string, string>> = {
  apigateway: 'API_GATEWAY',
  events: 'EVENTBRIDGE',
  states: 'SFN',
  monitoring: 'CLOUDWATCH',
  logs: 'CLOUDWATCH_LOGS',
  secretsmanager: 'SECRETS_MANAGER',
};
const SERVICES: ReadonlyMap<string, string> = new Map(
  Object.entries(VARIABLES).map(([service, variable]) => [toServiceId(variable), service]),
);

function toServiceId(variable: string): string {
  return variable.toLowerCase().replaceAll('_', '');
}

export function serviceOf(variable: string): string {
  const id = toServiceId(variable);
  return SERVICES.get(id) ?? id;
}

/** Returns the name of the variable that contains the address for calls to a service. The name has no hyphens. */
export function endpointVariableOf(service: string): string {
  return service.includes('-')
    ? 'AWS_ENDPOINT_URL'
    : `AWS_ENDPOINT_URL_${VARIABLES[service] ?? service.toUpperCase()}`;
}

/** Returns the address without a trailing slash; undefined means AWS's own address. */
export function givenEndpoint(service: string, environment: Environment): string | undefined {
  const all = [environment[endpointVariableOf(service)], environment['AWS_ENDPOINT_URL']];
  // An empty value counts as unset.
  return all.find((given) => given !== undefined && given !== '')?.replace(/\/$/, '');
}
