/** Integration URIs that specify an AWS service (docs/aws §8). */
import { compileStageText } from './stage-text.ts';
import type { ServiceUriTarget } from '../../mapping/integration.ts';

type ServiceUri =
  | { readonly kind: 'service'; readonly target: ServiceUriTarget }
  | { readonly kind: 'invalid'; readonly message: string };

const SERVICE_URI = /^arn:[^:]+:apigateway:([^:]*):([^:]+):(path|action)\/(.+)$/s;
const REGION = /^[a-z0-9-]+$/;
/** Matches `{subdomain}.{service}`. Neither part may come from a stage variable. */
const SERVICE = /^(?:([A-Za-z0-9-]+)\.)?([a-z0-9-]+)$/;

/**
 * Reads `arn:aws:apigateway:{region}:{subdomain.service|service}:path/{path}` or `…:action/{Action}[&Key=value…]`.
 * Error messages use AWS's words [obs].
 */
export function readServiceUri(uri: string): ServiceUri {
  if (!uri.startsWith('arn:')) return invalid('Invalid ARN specified in the request');
  const [, region = '', host = '', form = '', rest = ''] = SERVICE_URI.exec(uri) ?? [];
  if (form === '') return invalid('AWS ARN for integration must contain path or action');
  const [, subdomain, service = ''] = SERVICE.exec(host) ?? [];
  if (!REGION.test(region) || service === '') return invalid('Invalid ARN specified in the request');
  const target = { region, service, subdomain };
  if (form === 'path')
    return { kind: 'service', target: { ...target, form: { kind: 'path', path: compileStageText(rest) } } };
  const mark = rest.indexOf('&');
  const action = mark === -1 ? rest : rest.slice(0, mark);
  const query = mark === -1 ? '' : rest.slice(mark + 1);
  return {
    kind: 'service',
    target: {
      ...target,
      form: { kind: 'action', action: compileStageText(action), query: compileStageText(query) },
    },
  };
}

function invalid(message: string): ServiceUri {
  return { kind: 'invalid', message };
}
