/** Compiles an AWS::Lambda::Url into the immutable deployment that serves the URL. */
import { DefinitionError } from '../errors.ts';
import { closedPlan } from './closed-routes.ts';
import { compileUrlCors } from './compile-cors.ts';
import { functionUrlWordings } from './wordings/error-wordings.ts';
import { readText, requireValid } from './properties.ts';
import { compileStageText } from './integration/stage-text.ts';
import type { FunctionUrlFacts } from '../events/request-facts.ts';
import type { Tolerance } from '../errors.ts';
import type { PropertyBag } from './properties.ts';
import type { Deployment, Integration, RoutePlan } from './model.ts';
import { LONGEST_RUN_MS } from '../stack/function.ts';

const ROUTE = '$default';
/** The `Deployment.id` and the stage name of a function URL. */
export const URL_STAGE = '$default';

type UrlOwner = { readonly functionName: string; readonly qualifier: string | undefined };

/** Compiles a deployment with one route for every request. The route responds with 502 if the URL cannot be read. */
export function compileFunctionUrl(url: PropertyBag, owner: UrlOwner, tolerance: Tolerance): Deployment {
  const facts = {
    routeKey: ROUTE,
    resourceId: ROUTE,
    resourcePath: ROUTE,
    httpMethod: ROUTE,
    logicalId: url.logicalId,
  };
  const compiled = tolerance.attempt<Pick<Deployment, 'cors'> & { readonly plan: RoutePlan }>(
    'every request to the function URL returns 502',
    () => ({ cors: compileUrlCors(requireValid(url)), plan: { ...facts, ...compileRoute(url, owner) } }),
    (error) => ({ cors: undefined, plan: closedPlan(facts, error.describe()) }),
  );
  const { cors, plan } = compiled;
  return {
    id: URL_STAGE,
    protocol: 'http',
    errors: functionUrlWordings,
    cors,
    routes: { find: () => ({ plan, pathParameters: null }), plans: [plan] },
    resourcePolicy: undefined,
    apiKeySource: 'HEADER',
    binaryMediaTypes: [],
    messageRouting: undefined,
  };
}

type Compiled = Pick<RoutePlan, 'operationName' | 'authorization' | 'apiKeyRequired' | 'integration'>;

function compileRoute(url: PropertyBag, owner: UrlOwner): Compiled {
  return {
    operationName: undefined,
    apiKeyRequired: false,
    authorization:
      readAuthType(url) === 'NONE'
        ? { kind: 'none' }
        : { kind: 'iam', unsigned: 'ACCESS_DENIED', service: 'lambda' },
    integration: compileIntegration(url, owner),
  };
}

/** @throws DefinitionError for a type other than NONE and AWS_IAM */
export function readAuthType(url: PropertyBag): FunctionUrlFacts['authType'] {
  const authType = readText(url, 'AuthType');
  if (authType === 'NONE' || authType === 'AWS_IAM') return authType;
  throw new DefinitionError(
    url.place('AuthType'),
    `"${authType}" is not a valid AuthType; expected NONE or AWS_IAM`,
  );
}

function compileIntegration(url: PropertyBag, owner: UrlOwner): Integration {
  const functionName = compileStageText(owner.functionName);
  const qualifier = owner.qualifier === undefined ? undefined : compileStageText(owner.qualifier);
  const mode = readText(url, 'InvokeMode', 'BUFFERED');
  const common = { payload: 'function-url', functionName, qualifier, timeoutMs: LONGEST_RUN_MS } as const;
  if (mode === 'BUFFERED') return { kind: 'lambda-proxy', ...common };
  if (mode === 'RESPONSE_STREAM') return { kind: 'lambda-stream', ...common, idleMs: LONGEST_RUN_MS };
  throw new DefinitionError(
    url.place('InvokeMode'),
    `"${mode}" is not a valid InvokeMode; expected BUFFERED or RESPONSE_STREAM`,
  );
}
