import { advisePreflight } from './preflight-advice.ts';
import { list, listed, sentence } from './reason.ts';
import { nameSetting } from './setting-text.ts';
import { adviseOnCharge, describeCharge } from './explain-charge.ts';
import type { Circumstances, LimitCircumstances, MeterCircumstances } from './circumstances.ts';
import type { Reason } from './reason.ts';

export function explainMeter(about: Circumstances): Reason {
  const { meter, code } = about;
  if (meter === undefined) return explainUnmetered(about);
  if (code === 'INVALID_API_KEY') return explainKey(about, meter);
  if (code === 'QUOTA_EXCEEDED') return explainQuota(about, meter);
  return explainThrottle(about, meter);
}

/**
 * Explains a refusal by the limits of the stage or of the account. Messages of a WebSocket API have no other limits.
 */
function explainUnmetered({
  failure,
  defect,
  protocol,
  kind,
  routeKey,
  isThrottleOwn: isOwn,
}: Circumstances): Reason {
  const what = kind === 'message' ? 'messages' : 'requests';
  return {
    because: [sentence(failure ?? '')],
    changes:
      defect?.kind !== 'throttle'
        ? []
        : [
            defect.of === 'account'
              ? adviseAccount(what)
              : `Send ${what} more slowly, or raise ${throttleOfStage(protocol, { routeKey, isOwn })}.`,
          ],
  };
}

function adviseAccount(what: string): string {
  return `Send ${what} more slowly and retry, or ask AWS to raise the throttle quotas of the account (Service Quotas); all APIs of a region share them.`;
}

/** @param isOwn whether the limit is written for the route alone; undefined if that is unknown */
function throttleOfStage(
  protocol: Circumstances['protocol'],
  {
    routeKey = 'the route',
    isOwn,
  }: { readonly routeKey?: string | undefined; readonly isOwn?: boolean | undefined } = {},
): string {
  const both = 'ThrottlingRateLimit and ThrottlingBurstLimit in';
  if (protocol === 'rest') {
    const which =
      isOwn === undefined
        ? ''
        : isOwn
          ? ` for ${routeKey}`
          : ' for all methods (ResourcePath /*, HttpMethod *)';
    return `${both} the MethodSettings${which} of the stage`;
  }
  if (isOwn === undefined) return `${both} the RouteSettings or DefaultRouteSettings of the stage`;
  return isOwn
    ? `${both} the RouteSettings that the stage has for ${routeKey}`
    : `${both} the DefaultRouteSettings of the stage`;
}

/**
 * Terraform's provider sends 0 for a limit that is not in the block
 * (terraform-aws-modules/terraform-aws-apigateway-v2#59).
 */
function orRemove({ protocol, definition }: Circumstances): string {
  return definition?.form === 'terraform' && protocol !== 'rest'
    ? '. In Terraform, these are throttling_rate_limit and throttling_burst_limit in default_route_settings or route_settings of the aws_apigatewayv2_stage: the provider sends 0 for a limit that such a block does not set, so set both, or remove the block.'
    : ', or remove both from it.';
}

/** Returns whether a limit is 0, so that waiting does not help. */
function isClosed({ burst, ratePerSecond }: LimitCircumstances): boolean {
  return burst === 0 || ratePerSecond === 0;
}

const CLOSED = 'With a limit of 0, waiting does not help: raise';

function explainKey(about: Circumstances, meter: MeterCircumstances): Reason {
  const { apiId, stageName, routeKey } = about;
  const needs = `${routeKey ?? 'The route'} needs an API key`;
  const setting = (name: Parameters<typeof nameSetting>[0]): string =>
    nameSetting(name, about.definition, stageName);
  if (!meter.hasApiKey)
    return meter.keySource === 'AUTHORIZER'
      ? explainNoneGiven(about, needs, meter.refusal ?? '')
      : {
          because: [
            `${needs}, and the request has no x-api-key header.${meter.keyAt === undefined ? '' : ` It has ${meter.keyAt}, in which API Gateway does not look for a key.`}`,
          ],
          changes:
            about.isPreflight === true
              ? advisePreflight(about)
              : [
                  ...(meter.keyAt === undefined
                    ? []
                    : [`Send the value of ${meter.keyAt} as the header x-api-key.`]),
                  adviseKey(about, meter),
                ],
        };
  switch (meter.keyFault) {
    case 'disabled':
      return {
        because: [`${needs}; ${nameOfKey(meter)} is disabled.`],
        changes: [`Enable the key (set ${setting('keyEnabled')}), or send another key.`],
      };
    case 'no-plan':
      return {
        because: [
          `${needs}; ${nameOfKey(meter)} is enabled but belongs to no usage plan, and a key without a plan has no effect.`,
        ],
        changes: [sentence(adviseMember(about, meter))],
      };
    case 'other-stages':
      return {
        because: [
          `${needs}; ${meter.plans === undefined || meter.plans.length === 0 ? 'the usage plans' : `the usage ${meter.plans.length === 1 ? 'plan' : 'plans'} ${meter.plans.join(', ')}`} of ${nameOfKey(meter)} ${meter.plans?.length === 1 ? 'does' : 'do'} not include the stage ${stageName ?? ''} of this API${meter.opens.length === 0 ? '' : `, only ${list(meter.opens.map((open) => (open.startsWith(`${apiId}/`) ? open.slice(apiId.length + 1) : open)))}`}.`,
        ],
        changes: adviseStage(about, meter),
      };
    case 'unknown':
    case undefined:
      if (meter.isNameSent === true) return explainSentName(needs, about);
      return {
        because: [`${needs}; the value sent does not match any key of the account.`],
        changes: [
          `${meter.acceptedKeys?.length === 0 ? '' : 'Send the value of a key, not its id or name. '}${adviseKey(about, meter)}`,
        ],
      };
  }
}

/**
 * Advises what to do with a key whose plans do not include the stage. The stage may have a plan of its own, and a plan
 * that SAM makes from an API is not in the template, so that nothing can be added to it.
 */
function adviseStage(about: Circumstances, meter: MeterCircumstances): readonly string[] {
  const { definition, stageName } = about;
  if (meter.stagePlan !== undefined && (meter.acceptedKeys?.length ?? 0) > 0)
    return [adviseKey(about, meter), `Or ${adviseMember(about, meter)}.`];
  if (meter.stagePlan !== undefined || definition?.form.startsWith('sam') === true)
    return [sentence(adviseMember(about, meter))];
  const plan = meter.plans?.length === 1 ? ` ${meter.plans[0] ?? ''}` : ' of the key';
  return [`Add ${nameSetting('stageOfPlan', definition, stageName)}${plan}.`];
}

/**
 * Returns the clause that advises adding the key to a usage plan. A plan that the stage already has comes first, because
 * a different plan would have different limits.
 */
function adviseMember(
  { apiId, stageName = '', definition }: Circumstances,
  meter: MeterCircumstances,
): string {
  const { stagePlan, keyLogicalId } = meter;
  if (stagePlan !== undefined)
    return `add the key to the usage plan ${stagePlan.name} of the stage ${stageName}${joining(definition, stagePlan, keyLogicalId)}`;
  const join = joining(definition, undefined, keyLogicalId);
  return meter.acceptedKeys?.length === 0
    ? `give the stage a usage plan (${nameSetting('planOfStage', definition, stageName)}), and add the key to it${join}`
    : `add the key to a usage plan that includes the stage ${apiId}/${stageName}${join}`;
}

/** Only templates have logical ids, and a call to AWS needs the id of the plan. */
function joining(
  definition: Circumstances['definition'],
  plan: MeterCircumstances['stagePlan'],
  key = 'KEY',
): string {
  const { id = 'PLAN', logicalId = id } = plan ?? {};
  return definition === undefined
    ? nameSetting('keyOfPlan', undefined, id)
    : nameSetting('keyOfPlan', { ...definition, logicalId: key }, logicalId);
}

/** The name is not repeated, because the value of x-api-key is masked wherever it occurs. */
function explainSentName(needs: string, { definition, isDeployed }: Circumstances): Reason {
  const command = isDeployed
    ? '`aws apigateway get-api-keys --include-values` prints it'
    : '`gatewright keys value` followed by the name prints it';
  return {
    because: [`${needs}; the header x-api-key has the name of a key instead of its value.`],
    changes: [
      `Send the value of the key in the x-api-key header: ${command}.`,
      `Or choose the value yourself: ${nameSetting('keyValue', definition)}.`,
    ],
  };
}

const MOST_NAMED = 3;
/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-selection-expressions.html */
const BY_AUTHORIZER =
  ' A browser cannot set the headers of a handshake: for browsers, set ApiKeySelectionExpression of the API to $context.authorizer.usageIdentifierKey, and have a Lambda authorizer of $connect return the key as usageIdentifierKey, and deploy the API again. The API then reads no x-api-key header.';

function adviseKey(
  { apiId, stageName = '', definition, isDeployed, kind }: Circumstances,
  { acceptedKeys, stagePlan }: MeterCircumstances,
): string {
  const here = `${apiId}/${stageName}`;
  if (acceptedKeys?.length === 0 && stagePlan !== undefined)
    return `No key is accepted for the stage ${stageName} yet. Add an API key that is enabled, and join it to the usage plan ${stagePlan.name} of the stage${joining(definition, stagePlan)}.`;
  if (acceptedKeys?.length === 0)
    return `No key is accepted for the stage ${stageName} yet. Add ${nameSetting('firstKey', definition, stageName)}.`;
  const [name] = acceptedKeys ?? [];
  if (name !== undefined && acceptedKeys !== undefined)
    return `Send an API key that the stage ${stageName} of this API accepts, in the x-api-key header: ${acceptedKeys.slice(0, MOST_NAMED).join(', ')}${acceptedKeys.length > MOST_NAMED ? ' …' : ''}. \`gatewright keys value ${name}\` prints its value.${kind === 'handshake' ? BY_AUTHORIZER : ''}`;
  const command = isDeployed
    ? '`aws apigateway get-api-keys --include-values` prints the values of all keys'
    : '`gatewright keys value NAME` prints the value of a key of the stack by its name';
  return `Send an API key of a usage plan that includes the stage ${here}, in the x-api-key header: ${command}.`;
}

function explainNoneGiven(
  { guard, routeKey = 'the route', protocol }: Circumstances,
  needs: string,
  refusal: string,
): Reason {
  const decided = guard?.decided;
  const [byAuthorizer, byHeader] =
    protocol === 'websocket'
      ? [
          'ApiKeySelectionExpression $context.authorizer.usageIdentifierKey',
          'ApiKeySelectionExpression: $request.header.x-api-key',
        ]
      : ['ApiKeySourceType AUTHORIZER', 'ApiKeySourceType: HEADER'];
  const source = `${needs}, which the API takes from its authorizer (${byAuthorizer})`;
  // Only a Lambda authorizer can return a key.
  if (refusal === '' && guard?.kind !== 'lambda')
    return {
      because: [`${source}, but ${routeKey} has no Lambda authorizer, so no key reaches the API.`],
      changes: [
        `Set ${byHeader} on the API, so that it takes the key from the header x-api-key, and deploy the API again.`,
        `Or give ${routeKey} a Lambda authorizer that returns usageIdentifierKey, with a key of a usage plan for this stage.`,
      ],
    };
  return refusal === ''
    ? {
        because: [`${source}, and the authorizer’s response has no usageIdentifierKey.`],
        changes: [
          'Return usageIdentifierKey from the authorizer, with a key of a usage plan for this stage.',
          `Or, if clients send the key themselves (x-api-key), set ${byHeader} on the API, and deploy the API again.`,
        ],
      }
    : {
        because: [
          `${source}, which returned none${refusal}.`,
          ...(decided === undefined ? [] : describeCharge(decided)),
        ],
        changes: [
          decided === undefined
            ? 'Wait for the next period, raise the limit or change the plan.'
            : adviseOnCharge(decided),
        ],
      };
}

function explainQuota({ isDeployed, definition }: Circumstances, meter: MeterCircumstances): Reason {
  const { quota } = meter;
  const period = quota?.period.toLowerCase() ?? 'period';
  const advance = { day: '+1d', week: '+7d', month: '+31d' }[period] ?? '+1d';
  return {
    because: [
      `${nameOfKey(meter)} has used up its quota: ${nameOfPlan(meter)} allows ${quota?.limit ?? 'a number of'} ${quota?.limit === 1 ? 'request' : 'requests'} a ${period}, and ${quota?.left ?? 0} are left.`,
      ...(meter.planStages === undefined
        ? []
        : [
            `The plan has the stages ${listed(meter.planStages)}, and a key has one quota for all stages of its plan together: requests to each of them count.`,
          ]),
      'A request counts as soon as the plan admits it, even if the integration then answers it with an error.',
    ],
    changes: [
      `Wait for the next ${period} (UTC)${isDeployed ? '' : ` (on this machine: \`gatewright clock ${advance}\`; leave the clock ahead, because periods of customer plans that it passes stay closed)`}.`,
      `Or allow the key more requests for this period${allowMore(meter, isDeployed)}, or raise ${nameSetting('planQuota', definition)}.`,
      ...(meter.planStages === undefined
        ? []
        : ['To count the stages separately, give each a usage plan and an API key of its own.']),
    ],
  };
}

/** Names the call that sets how many requests a key has left in the current period. */
function allowMore({ planId, keyId }: MeterCircumstances, isDeployed: boolean): string {
  if (planId === undefined || keyId === undefined) return ' (UpdateUsage)';
  const here = isDeployed ? '' : ', after `eval "$(npx gatewright env)"`';
  return ` (\`aws apigateway update-usage --usage-plan-id ${planId} --key-id ${keyId} --patch-operations op=replace,path=/remaining,value=COUNT\`${here})`;
}

function explainThrottle(about: Circumstances, meter: MeterCircumstances): Reason {
  const { failure, routeKey, stageName, protocol, defect } = about;
  const { planLimit, routeLimit } = meter;
  if (planLimit !== undefined && planLimit.level < 1)
    return {
      because: [
        `${nameOfKey(meter)} exceeded the throttle of ${nameOfPlan(meter)}: ${describe(planLimit)}. The requests of each key are counted separately.`,
      ],
      changes: [
        `${isClosed(planLimit) ? CLOSED : 'Send requests more slowly, or raise'} ${throttleOfPlan(planLimit, routeKey)}.`,
      ],
    };
  if (routeLimit !== undefined && routeLimit.level < 1)
    return {
      because: [
        `The throttle of ${routeKey ?? 'the method'} on stage ${stageName ?? ''} was exceeded: ${describe(routeLimit)}. All callers share this throttle.`,
      ],
      changes: [
        isClosed(routeLimit)
          ? `${CLOSED} ${throttleOfStage(protocol, { routeKey, isOwn: routeLimit.isOwn })}${orRemove(about)}`
          : `Send requests more slowly and retry after a 429, or raise ${throttleOfStage(protocol, { routeKey, isOwn: routeLimit.isOwn })}.`,
      ],
    };
  return {
    because: [sentence(failure ?? 'A throttle was exceeded')],
    changes: [
      defect?.kind === 'throttle' && defect.of === 'account'
        ? adviseAccount('requests')
        : 'Send requests more slowly.',
    ],
  };
}

function throttleOfPlan({ isOwn }: LimitCircumstances, routeKey: string | undefined): string {
  const [method = '', path = ''] = routeKey?.split(' ') ?? [];
  if (isOwn === undefined)
    return `the limit in the usage plan: the entry for ${routeKey ?? 'the method'} in the Throttle of its ApiStages if there is one, otherwise its Throttle`;
  return isOwn
    ? `RateLimit and BurstLimit of ${path}/${method} in the Throttle of the ApiStages of the usage plan`
    : 'RateLimit and BurstLimit in the Throttle of the usage plan';
}

/** Names an API key as its owner does, with the id that AWS's own calls need. */
export function nameOfKey({ keyId, keyName }: Pick<MeterCircumstances, 'keyId' | 'keyName'>): string {
  return `API key ${named(keyName, keyId)}`;
}

export function nameOfPlan({ planId, planName }: Pick<MeterCircumstances, 'planId' | 'planName'>): string {
  return `usage plan ${named(planName, planId)}`;
}

function named(name: string | undefined, id: string | undefined): string {
  return name === undefined || name === id ? (id ?? '') : `${name} (${id ?? ''})`;
}

function describe({ ratePerSecond, burst, level }: LimitCircumstances): string {
  return `burst limit ${burst}, rate limit ${ratePerSecond} per second, and ${level} of the burst was left`;
}
