import { closeDeployment } from './closed-routes.ts';
import type { Tolerance } from '../errors.ts';
import type { Deployment } from './model.ts';

type Beginning = Pick<Deployment, 'id' | 'protocol' | 'routes' | 'errors'> &
  Partial<Pick<Deployment, 'messageRouting'>>;

/**
 * Completes a deployment with the settings that apply to all routes. If these settings cannot be read, every route
 * responds with 500.
 * @throws DefinitionError if no fault is tolerated
 */
export function makeDeployment(
  beginning: Beginning,
  tolerance: Tolerance,
  readCommon: () => Partial<Deployment>,
): Deployment {
  const deployment: Deployment = {
    cors: undefined,
    resourcePolicy: undefined,
    apiKeySource: 'HEADER',
    binaryMediaTypes: [],
    messageRouting: undefined,
    ...beginning,
  };
  return tolerance.attempt(
    'every route of the API returns 500',
    () => ({ ...deployment, ...readCommon() }),
    (error) => closeDeployment(deployment, error.describe()),
  );
}
