/** Says how the owner of a REST API gives a resource an OPTIONS method that answers preflights. */
import type { Definition } from './template-text.ts';

type Preflight = { readonly origin: string; readonly method: string; readonly headers: readonly string[] };

export function addPreflights(definition: Definition | undefined, asked: Preflight): string {
  const usual =
    'give the resource an OPTIONS method that has no authorizer and responds with the CORS headers';
  const { form, logicalId, isDocument, addsPreflights } = definition ?? { form: 'cloudformation' };
  if (isDocument === true)
    return 'add an operation options to the path in the document, without security, whose x-amazon-apigateway-integration of type mock responds with the CORS headers';
  const { origin, method, headers } = asked;
  const listed = headers.filter((name) => name !== '');
  const quoted = listed.map((name) => `'${name}'`).join(', ');
  switch (form) {
    case 'sam':
    case 'sam-globals': {
      if (addsPreflights === true) return usual;
      const [cors, auth] =
        form === 'sam'
          ? [`Cors of ${logicalId}`, `Auth of ${logicalId}`]
          : ['Globals.Api.Cors', 'Globals.Api.Auth'];
      return `set ${cors} to { AllowOrigin: "'${origin}'", AllowMethods: "'${method},OPTIONS'"${listed.length === 0 ? '' : `, AllowHeaders: "'${listed.join(',')}'"`} }, from which SAM makes an OPTIONS method for each path; with a DefaultAuthorizer, also set AddDefaultAuthorizerToCorsPreflight: false in ${auth}`;
    }
    case 'serverless':
      return `write the http event of ${method} as an object with path, method and cors: { origin: '${origin}'${listed.length === 0 ? '' : `, headers: [${quoted}]`} }, from which osls makes the OPTIONS method`;
    case 'cdk':
      return `set defaultCorsPreflightOptions: { allowOrigins: ['${origin}'], allowMethods: ['${method}']${listed.length === 0 ? '' : `, allowHeaders: [${quoted}]`} } of the RestApi`;
    case 'terraform':
      return 'give the resource an aws_api_gateway_method with http_method = "OPTIONS" and authorization = "NONE", and a MOCK integration whose responses have the CORS headers';
    case 'cloudformation':
      return usual;
  }
}
