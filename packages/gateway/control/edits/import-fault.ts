/** AWS's message for the parts that an import of a REST API cannot create. */
import { DefinitionError } from '../../core/errors.ts';

const MODEL = /^Body\.(?:definitions|components\.schemas)\.([^.]+)/;
const OPERATION = /^Body\.paths\.(\/.*?)\.(x-amazon-apigateway-any-method|[a-z]+)(?:\.(.*))?$/;
const IDENTIFIER = /^Invalid model identifier specified: (.+)$/;
const INTEGRATION = /^x-amazon-apigateway-integration\b/;
const ANY = 'x-amazon-apigateway-any-method';

/**
 * Returns an error that lists all parts that an import could not create. An error about the document itself is returned
 * unchanged. The messages for a model and an integration are from edx/api-manager#259 and ustayready/fireprox#37. The
 * message for a method is from a warning in aws/aws-sam-cli#2410. References to a model that cannot be created are
 * warnings (docs/aws/calls.md).
 * @param all all errors of the document; the message omits errors that are not about a part
 */
export function importFault(error: unknown, all: readonly DefinitionError[]): unknown {
  if (!(error instanceof DefinitionError) || lineOf(error) === undefined) return error;
  const faults = [error, ...all];
  const refused = new Set(faults.flatMap(({ place }) => MODEL.exec(place.property ?? '')?.[1] ?? []));
  const isOfRefused = ({ message }: DefinitionError): boolean =>
    refused.has(IDENTIFIER.exec(message)?.[1] ?? '');
  const lines = new Set(faults.flatMap((one) => (isOfRefused(one) ? [] : (lineOf(one) ?? []))));
  const warnings = faults
    .filter(isOfRefused)
    .map(({ message }) => `Reference to model '${IDENTIFIER.exec(message)?.[1] ?? ''}' not found. Ignoring.`);
  const sections = [
    ['Errors found during import:', ...lines],
    ...(warnings.length === 0 ? [] : [['Additionally, these warnings were found:', ...new Set(warnings)]]),
  ];
  const message = sections.map((section) => section.join('\n\t')).join('\n');
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
