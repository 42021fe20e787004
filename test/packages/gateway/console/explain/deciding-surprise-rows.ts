/** Templates in which a setting decides about an answer that surprises. Its line ends with `# here`. */
import { OPEN, rest } from './deciding-rows.ts';
import { sam } from './deciding-sam-rows.ts';
import type { DecidingRow } from './deciding-rows.ts';

/** A method that maps the request to a function. */
const mapped = (integration: string, method = OPEN): string =>
  rest(method)
    .replace('Type: AWS_PROXY', 'Type: AWS')
    .replace(
      /( *)Uri: .*/,
      `$&
${integration}
        IntegrationResponses: [{ StatusCode: 200 }]`,
    )
    .replace(
      'AuthorizationType: NONE',
      'AuthorizationType: NONE\n      MethodResponses: [{ StatusCode: 200 }]',
    );

const TEXT =
  "exports.handler = async () => ({ statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'a'.repeat(2000) });";

export const SURPRISING: readonly (DecidingRow & { readonly code: string; readonly surprise: string })[] = [
  {
    surprise: 'MAPPING_QUOTED',
    kind: 'the mapping in single quotes',
    template: mapped(
      '        RequestParameters:\n          integration.request.header.X-Pet: "\'method.request.querystring.pet\'" # here',
    ),
    code: TEXT,
    status: 200,
  },
  {
    surprise: 'TEMPLATE_SKIPPED',
    kind: 'the templates of which none is for the type of the request',
    template: mapped('        RequestTemplates: # here\n          application/json: "{}"').replace(
      'HttpMethod: GET',
      'HttpMethod: POST',
    ),
    request: { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"a": 1}' },
    code: TEXT,
    status: 200,
  },
  {
    surprise: 'STAGE_VARIABLE_MISSING',
    kind: 'the variables of the stage, of which one has no value',
    template: mapped(
      '        RequestTemplates: { application/json: \'{"a": "$stageVariables.other"}\' }',
    ).replace('StageName: dev }', 'StageName: dev, Variables: { one: a } } # here'),
    code: TEXT,
    status: 200,
  },
  {
    surprise: 'BODY_NOT_VALIDATED',
    kind: 'RequestModel of SAM without ValidateBody',
    template: sam(
      'Api',
      '            RequestModel: { Model: User, Required: true } # here',
      '      Models: { User: { type: object, required: [username], properties: { username: { type: string } } } }',
    ).replace('Method: GET', 'Method: POST'),
    request: { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"name": "ann"}' },
    code: TEXT,
    status: 200,
  },
];
