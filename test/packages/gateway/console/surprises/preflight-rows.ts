/** Preflights of REST APIs whose replies do not allow the page's origin. */
import { anApi } from '../../../../support/an-api.ts';
import { restRoutes } from '../../../../support/routed-apis.ts';
import { allowing, asking, optionsOf, PAGE } from './surprise-rows.ts';
import type { Served, SurpriseRow } from './surprise-rows.ts';

/** An API whose template allows this origin to call a function. */
export const preflighted = (origin: string) => (): Served => {
  const name = 'method.response.header.Access-Control-Allow-Origin';
  return anApi(
    restRoutes({
      'GET /1': {},
      'OPTIONS /1': {
        Integration: {
          Type: 'MOCK',
          RequestTemplates: { 'application/json': '{"statusCode": 200}' },
          IntegrationResponses: [{ StatusCode: '200', ResponseParameters: { [name]: origin } }],
        },
        MethodResponses: [{ StatusCode: '200', ResponseParameters: { [name]: true } }],
      },
    }),
    { echo: () => ({ statusCode: 200 }) },
  );
};

export const PREFLIGHTS: readonly SurpriseRow[] = [
  {
    code: 'CORS_WITHOUT_CREDENTIALS',
    source: 'docs/aws §12.1',
    api: preflighted(`'${PAGE}'`),
    request: asking('GET', ''),
    handler: 'const session = event.headers.Cookie;',
    values: { origin: PAGE },
    because:
      /allows https:\/\/shop\.example, but has no Access-Control-Allow-Credentials: true\. This is a hint/,
    change:
      /^For pages that send credentials, set method\.response\.header\.Access-Control-Allow-Credentials to "'true'"/,
    not: { handler: 'const token = event.headers.Authorization;' },
  },
  {
    code: 'CORS_ORIGIN_NOT_ALLOWED',
    name: 'a preflight of a REST API',
    source: 'docs/aws §12.1',
    api: allowing({ 'Access-Control-Allow-Origin': 'https://admin.example' }),
    request: asking('GET', ''),
    values: { origin: PAGE, allowed: 'https://admin.example' },
    because:
      /This was a preflight of a page from https:\/\/shop\.example, and the reply allows only https:\/\/admin\.example\. The browser does not send/,
    change:
      /^Return Access-Control-Allow-Origin: https:\/\/shop\.example in the headers of the function’s response\. To keep https:\/\/admin\.example allowed, return the Origin of the request if it is one of the allowed origins\. Or give the resource an OPTIONS method that has no authorizer and responds with the CORS headers\. A change to the API takes effect when you deploy it again\. The reply to the request itself needs Access-Control-Allow-Origin in any case\./,
    not: { api: allowing({ 'Access-Control-Allow-Origin': PAGE }) },
  },
  {
    code: 'CORS_ORIGIN_NOT_ALLOWED',
    name: 'a preflight of a REST API that its own OPTIONS method answers',
    source: 'docs/aws §12.1',
    api: optionsOf("'https://admin.example'"),
    request: asking('GET', ''),
    values: { origin: PAGE, allowed: 'https://admin.example' },
    because: /and the reply allows only https:\/\/admin\.example\./,
    change:
      /^Replace the value of method\.response\.header\.Access-Control-Allow-Origin in ResponseParameters of the integration response for 200 with "'https:\/\/shop\.example'"\. A fixed value allows one origin: https:\/\/admin\.example is then no longer allowed, so to allow both, let a function respond to OPTIONS with the Origin of the request if it is one of the allowed origins\. A change to the API takes effect when you deploy it again\.$/,
    not: { api: optionsOf("'*'") },
  },
  {
    code: 'CORS_ORIGIN_NOT_ALLOWED',
    name: 'a preflight of a REST API whose OPTIONS method needs a key',
    source: 'docs/aws §12.1',
    api: optionsOf("'*'", { ApiKeyRequired: true }),
    request: asking('GET', ''),
    values: { origin: PAGE },
    because: /and the reply has no Access-Control-Allow-Origin header\./,
    change:
      /^A browser sends no credentials with a preflight, [^\n]*: set ApiKeyRequired: false on OPTIONS \/\{id\}\.[^\n]*$/,
    not: { api: optionsOf("'*'") },
  },
  {
    code: 'CORS_ORIGIN_NOT_ALLOWED',
    name: 'a preflight of a REST API whose OPTIONS method fails after its guards',
    source: 'docs/aws §2.4',
    api: optionsOf("'*'", {}, { BinaryMediaTypes: ['*/*'] }),
    request: asking('GET', ''),
    values: { origin: PAGE },
    because: /and the reply has no Access-Control-Allow-Origin header\./,
    change:
      /^Set ContentHandling of the integration of OPTIONS \/\{id\} to CONVERT_TO_TEXT, or replace \*\/\* in BinaryMediaTypes of the API[^\n]*$/,
    not: { api: optionsOf("'*'") },
  },
  {
    code: 'CORS_METHOD_NOT_ALLOWED',
    name: 'by the function that answers OPTIONS',
    source: 'docs/aws §12.1',
    api: allowing({ 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Methods': 'GET' }),
    request: asking('DELETE', ''),
    values: { method: 'DELETE', allowed: ['GET'] },
    because: /whether it may send DELETE, and Access-Control-Allow-Methods is GET/,
    change: /Add DELETE to the Access-Control-Allow-Methods that the function returns to OPTIONS/,
    not: { request: asking('GET', '') },
  },
];
