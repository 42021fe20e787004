/** The first words of AWS's message for a part that an import of a REST API cannot create. */
import { DefinitionError } from '../../core/errors.ts';

const MODEL = /^Body\.(?:definitions|components\.schemas)\.([^.]+)/;
const OPERATION = /^Body\.paths\.(\/.*?)\.(x-amazon-apigateway-any-method|[a-z]+)(?:\.(.*))?$/;
const INTEGRATION = /^x-amazon-apigateway-integration\b/;
const ANY = 'x-amazon-apigateway-any-method';

/**
 * Returns the fault of an import with the part that could not be created. A fault of the document itself is returned
 * unchanged. The words for a model and an integration are from edx/api-manager#259 and ustayready/fireprox#37. The words
 * for a method are from a warning in aws/aws-sam-cli#2410. AWS lists all faults; here, only the first one is known.
 */
export function importFault(error: unknown): unknown {
  if (!(error instanceof DefinitionError)) return error;
  const part = partOf(error.place.property ?? '');
  if (part === undefined) return error;
  const message = `Errors found during import:\n\t${part}: ${error.message}`;
  return new DefinitionError(error.place, message, error.awaited, error.rule);
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
