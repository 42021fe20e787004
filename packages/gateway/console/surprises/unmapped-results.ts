/** Results of a function that an integration of type AWS passes on as JSON, without a template (docs/aws §8.2). */
import { asJsonObject, isJson, parseJson } from '@gatewright/aws/json-object';
import { chooseResponseTemplate } from '../../core/mapping/choose-template.ts';
import { selectResponse } from './selected-response.ts';
import type { SurpriseFacts } from './surprise-facts.ts';
import type { SurpriseKind } from './surprise.ts';

/** Returns the result of a function that reached the client as it is; undefined for every other reply. */
function unmappedResult(facts: SurpriseFacts): unknown {
  const { integration, recorded, accept } = facts;
  const { outcome } = recorded;
  if (integration?.kind !== 'function' || outcome?.kind !== 'returned') return undefined;
  const selected = selectResponse(facts);
  if (selected === undefined || chooseResponseTemplate(selected.templates, accept) !== undefined)
    return undefined;
  return parseJson(outcome.payload);
}

const textInQuotes: SurpriseKind = {
  code: 'TEXT_AS_JSON',
  mark: 'text as JSON',
  source: 'docs/aws §8.2',
  find(facts) {
    const text = unmappedResult(facts);
    if (typeof text !== 'string') return undefined;
    const isJsonText = /^\s*[{[]/.test(text) && isJson(text);
    const type = /^\s*<[a-z!?]/i.test(text) ? 'text/html' : 'text/plain';
    return {
      values: { contentType: facts.reply.last('content-type') ?? '' },
      because: [
        `The function returned a string. Lambda gives it to an integration of type AWS as JSON, in quotes and with \\" for each quote in it, and no response template changed that, so the client got this JSON text.`,
      ],
      changes: [
        isJsonText
          ? 'Return the object itself from the function, without JSON.stringify (in Python without json.dumps).'
          : `Add to the integration response the template ResponseTemplates: {"${type}": "$input.path('$')"} and ResponseParameters: {"method.response.header.Content-Type": "'${type}'"}, declare that header in ResponseParameters of the method response, and deploy the API again. Or set Type of the integration to AWS_PROXY, and return { statusCode, headers, body }.`,
      ],
    };
  },
};

const proxyResult: SurpriseKind = {
  code: 'PROXY_RESULT_AS_BODY',
  mark: 'result as body',
  source: 'docs/aws §8.2',
  find(facts) {
    const { statusCode, body } = asJsonObject(unmappedResult(facts)) ?? {};
    if (statusCode === undefined || body === undefined) return undefined;
    const { status } = facts.recorded;
    const own = JSON.stringify(statusCode);
    const { integration } = facts;
    const hasTemplate = integration?.kind === 'function' && integration.request.templates.size > 0;
    return {
      values: { status, statusCode: own },
      because: [
        `The function returned statusCode ${own} and a body, as for a Lambda proxy. The integration is of type AWS, which does not read these members, so the client got ${status} with the whole result as the body.`,
      ],
      changes: [
        facts.definition?.form === 'serverless'
          ? 'Remove `integration: lambda` from the http event of the function in serverless.yml: its default, lambda-proxy, reads statusCode and body. Or keep it, and return only the body.'
          : `Set Type of the integration to AWS_PROXY, and deploy the API again.${hasTemplate ? ' The function then gets the event of a proxy, without the values of the request template: read them from pathParameters, queryStringParameters or body.' : ''} Or, to keep type AWS, return only the body, and for another status throw an error whose message a SelectionPattern matches.`,
      ],
    };
  },
};

export const UNMAPPED_RESULTS: readonly SurpriseKind[] = [textInQuotes, proxyResult];
