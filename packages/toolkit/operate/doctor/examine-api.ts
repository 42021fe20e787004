import { dirname, resolve } from 'node:path';
import { loadOptions } from '../../stack/access/commands/access-apis.ts';
import type { DefinitionPlane } from '../../../gateway/engine/index.ts';
import type { AwsFlags } from '../../terminal/aws-session.ts';
import { findApi } from '../attach/find-api.ts';
import { openPlane } from '../attach/open-plane.ts';
import { count, UsageError } from '../../../base/terminal/output.ts';
import { surroundingsIn } from './account-surroundings.ts';
import { API_CHECKS } from './check-api.ts';
import { checkDefinition } from './check-definition.ts';
import type { ApiView } from './api-view.ts';
import { placeText, planeOfDefinition, surroundingsOf } from './definition-surroundings.ts';
import { obstaclesFirst } from './finding.ts';
import type { Finding, Unread } from './finding.ts';
import type { Report } from './print-findings.ts';
import { readApiView } from './read-api-view.ts';

/**
 * Returns the findings about all stages, obstacles first. Duplicates are removed, because the same fact about an
 * account or a function is found at every stage.
 */
export function examineApis(views: readonly ApiView[]): readonly Finding[] {
  const findings = API_CHECKS.flatMap((check) => views.flatMap((view) => check(view)));
  const once = new Map(
    findings.map((finding) => [`${finding.id} ${finding.what} ${finding.where}`, finding]),
  );
  return obstaclesFirst([...once.values()]);
}

/**
 * Examines a deployed API.
 * @throws UsageError if the API or the stage does not exist
 */
export async function examineDeployed(named: string, stage: string, flags: AwsFlags): Promise<Report> {
  const { plane, region } = await openPlane(flags);
  const apiId = await findApi(plane, named, stage);
  const unread: Unread[] = [];
  const view = await readApiView(plane, apiId, stage, surroundingsIn(plane, unread));
  const authorizers = view.authorizers.filter(
    ({ calls, ttlSeconds }) => calls !== undefined && ttlSeconds > 0,
  );
  for (const { name } of authorizers)
    unread.push({
      what: `whether the policy of authorizer ${name} covers more than one ARN`,
      reason: 'doctor does not read the code of a deployed function',
      fix: 'run gatewright doctor TEMPLATE, which reads the code of the function',
    });
  return { stage, region, subject: `stage ${stage} of API ${apiId}`, findings: examineApis([view]), unread };
}

/** Reports rules of web ACLs that only AWS can evaluate. */
async function findUnjudgedRules({ stacks }: DefinitionPlane): Promise<readonly Finding[]> {
  const { findUnjudged } = await import('../../../gateway/engine/index.ts');
  const unjudged = (await findUnjudged(stacks)).filter(({ type }) => type === 'AWS::WAFv2::WebACL');
  return unjudged.map(({ logicalId, consequence, file = '', line }) => ({
    id: 'waf-unjudged',
    level: 'warning',
    what: `the web ACL ${logicalId} has a rule that cannot be evaluated before deployment`,
    why: consequence,
    where: `${logicalId}, ${placeText({ file, line })}`,
    fix: 'deploy the rule with the action Count first, and check the sampled requests or the log of the web ACL',
  }));
}

/**
 * Examines a template, the folder of a service, or a `cdk.out`.
 * @throws UsageError if there is no API, DefinitionError for an invalid source
 */
export async function examineDefined(source: string, stage: string): Promise<Report> {
  const { openDefinition } = await import('../../../gateway/engine/index.ts');
  const definition = await openDefinition([source], {
    ...loadOptions(stage, dirname(resolve(source))),
    onProgress: () => undefined,
  });
  const plane = planeOfDefinition(definition);
  const around = surroundingsOf(definition);
  const views: ApiView[] = [];
  for (const { apiId, stage: name } of definition.stages)
    views.push(await readApiView(plane, apiId, name, around));
  const defined = checkDefinition(definition);
  if (views.length === 0 && defined.length === 0)
    throw new UsageError(`${source} contains no stage of an API`);
  const subject = `${source}, ${count(views.length, 'stage')}`;
  const findings = [...defined, ...examineApis(views), ...(await findUnjudgedRules(definition))];
  return { stage, subject, findings: obstaclesFirst(findings), unread: [] };
}
