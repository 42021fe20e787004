/** Addresses at which a request is served here, but not on AWS (docs/aws §10.4). */
import { NONE } from '../../core/routing/base-path.ts';
import { readLambdaPayload } from './selected-response.ts';
import type { SurpriseKind } from './surprise.ts';

const disabledEndpoint: SurpriseKind = {
  code: 'ENDPOINT_DISABLED',
  mark: 'endpoint disabled on AWS',
  source: 'docs/aws §10.4',
  find({ recorded: { received, error } }) {
    const { api, stage } = received;
    if (!api.disableExecuteApiEndpoint || stage === undefined || error?.code === 'STAGE_NOT_FOUND')
      return undefined;
    const status = api.protocol === 'http' ? 404 : 403;
    return {
      values: { status },
      because: [
        `The API has DisableExecuteApiEndpoint: true, so AWS serves it only at its custom domains, and responds with ${status} at the default endpoint. The local address is none of these endpoints, so the request was served here.`,
      ],
      changes: [
        'To see what AWS does, send the request with the Host header of a custom domain, or of the default endpoint ({api}.execute-api.{region}.amazonaws.com).',
      ],
    };
  },
};

/** A function that compares whole paths finds no route for a path that begins with a base path. */
const basePathInEvent: SurpriseKind = {
  code: 'BASE_PATH_IN_EVENT',
  mark: undefined,
  isCause: true,
  source: 'docs/aws §10.4',
  find(facts) {
    const { received, status } = facts.recorded;
    const { api, rawPath, path, pathParameters } = received;
    const payload = readLambdaPayload(facts);
    const basePath = api.basePathMatched ?? NONE;
    if (status !== 404 || payload === undefined || basePath === NONE) return undefined;
    const member = payload === 'http-2.0' ? 'rawPath' : 'path';
    const [greedy] = /\{(\w+)\+\}/.exec(received.route?.resourcePath ?? '')?.slice(1) ?? [];
    const isGreedy = greedy !== undefined && pathParameters?.[greedy] !== undefined;
    return {
      values: { basePath, path: rawPath },
      because: [
        `The function itself responded with 404. At the custom domain ${api.domainName}, ${member} of its event is ${rawPath}: it begins with the base path /${basePath} of the mapping, which is not part of the route.`,
      ],
      changes: [
        isGreedy
          ? `Let the function use pathParameters.${greedy} of the event, which is ${pathParameters[greedy] ?? ''}, or remove /${basePath} from the beginning of ${member}.`
          : `Let the function remove /${basePath} from the beginning of ${member}: the rest is ${path}.`,
      ],
    };
  },
};

export const ADDRESS_KINDS: readonly SurpriseKind[] = [disabledEndpoint, basePathInEvent];
