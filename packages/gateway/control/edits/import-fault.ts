/** AWS's message for the parts that an import of a REST API cannot create. */
import { DefinitionError } from '../../core/errors.ts';

const MODEL = /^Body\.(?:definitions|components\.schemas)\.([^.]+)/;
const OPERATION = /^Body\.paths\.(\/.*?)\.(x-amazon-apigateway-any-method|[a-z]+)(?:\.(.*))?$/;
const INTEGRATION = /^x-amazon-apigateway-integration\b/;
const ANY = 'x-amazon-apigateway-any-method';

/**
 * Returns an error that lists all parts that an import could not create. An error about the document itself is returned
 * unchanged. The messages for a model and an integration are from edx/api-manager#259 and ustayready/fireprox#37. The
 * message for a method is from a warning in aws/aws-sam-cli#2410.
 * @param all all errors of the document; the message omits errors that are not about a part
 */
export function importFault(error: unknown, all: readonly DefinitionError[]): unknown {
  if (!(error instanceof DefinitionError) || lineOf(error) === undefined) return error;
  const lines = new Set([error, ...all].flatMap((one) => lineOf(one) ?? []));
  const message = ['Errors found during import:', ...lines].join('\n\t');
  return new DefinitionError(error.place, message, error.awaited, error.rule);
}

function lineOf({ place, message }: DefinitionError): string | undefined {
  const part = partOf(place.property ?? '');
  return part === undefined ? undefined : `${part}: ${message}`;
}

function partOf(property: string): string | undefined {
  const [, model] = MODEL.exec(property) ?? [];
  if (model !== undefined) return `Unable to create model for '${model}'`;
  const [, path, name = '', rest = ''] = OPERATION.exec(property) ?? [];
  if (path === undefined) return undefined;
  const method = name === ANY ? 'ANY' : name.toUpperCase();
  return INTEGRATION.test(rest)
    ? `Unable to put integration on '${method}' for resource at path '${path}'`
    : `Unable to put method '${method}' on resource at path '${path}'`;
}
