/**
 * `npm run bench -- web-acl [--pairs N --seconds N]`: measures the throughput of a REST API behind a web ACL of 50
 * rules that all let the request pass. The figure is a ratio to the same API without a web ACL, over pairs of fresh
 * processes that are measured in turns. The last line on stdout is JSON.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isOursFirst, measurePair, printRows, summarisePairs } from './against.ts';
import { startGateways } from './against-sides.ts';
import { SCENARIOS } from './scenarios.ts';
import { BUILD, FIXTURE, ROOT } from './targets.ts';
import type { Pair } from './against.ts';

/** Minimum ratio of the throughput with a web ACL. A web ACL may cost 15 % of the throughput. */
const BOUND = 0.85;
const PARTS = [
  { UriPath: {} },
  { QueryString: {} },
  { SingleHeader: { Name: 'user-agent' } },
  { AllQueryArguments: {} },
  { SingleHeader: { Name: 'referer' } },
] as const;
const NONE = [{ Priority: 0, Type: 'NONE' }];
const DECODED = [
  { Priority: 0, Type: 'URL_DECODE' },
  { Priority: 1, Type: 'LOWERCASE' },
];

export async function runWebAcl(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { pairs: { type: 'string', default: '11' }, seconds: { type: 'string', default: '1.5' } },
  });
  const [pairs, seconds] = [Number(values.pairs), Number(values.seconds)];
  if (!Number.isInteger(pairs) || pairs < 1 || !(seconds > 0))
    throw new Error('--pairs and --seconds must be positive numbers');
  const service = writeService();
  const scenarios = SCENARIOS.filter(({ name }) => name === 'rest');
  const measured: Pair[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const order = { seconds, isOursFirst: isOursFirst(pair) };
    await using sides = await startGateways(
      { ours: { root: ROOT, service }, theirs: { root: ROOT } },
      scenarios,
      order,
    );
    console.error(`pair ${pair + 1}/${pairs}`);
    measured.push(...(await measurePair(sides, order.isOursFirst)));
  }
  const rows = summarisePairs(measured, BOUND);
  console.log(
    `ours: the API has a web ACL of 50 rules; theirs: the API has no web ACL; ${pairs} pairs, ${seconds} s each side\n`,
  );
  console.log(printRows(rows));
  console.log(
    `\n${JSON.stringify({ conditions: { pairs, seconds, cpus: cpus().length, node: process.version }, rows })}`,
  );
}

/**
 * Writes the service of the benchmark with a web ACL in front of its REST stage.
 * @returns its folder
 */
function writeService(): string {
  const folder = join(BUILD, 'web-acl-service');
  mkdirSync(folder, { recursive: true });
  cpSync(join(FIXTURE, 'handler.ts'), join(folder, 'handler.ts'));
  const service = readFileSync(join(FIXTURE, 'serverless.yml'), 'utf8');
  // JSON is YAML.
  const resources = JSON.stringify({ Resources: webAclResources() });
  writeFileSync(join(folder, 'serverless.yml'), `${service}\nresources: ${resources}\n`);
  return folder;
}

/** @param count number of rules, of all kinds; at most 50 */
export function webAclResources(api = 'ApiGatewayRestApi', count = 50): Record<string, object> {
  const scope = { Scope: 'REGIONAL' };
  const [region, stage] = [{ Ref: 'AWS::Region' }, 'dev'];
  const arn = ['arn:aws:apigateway:', region, '::/restapis/', { Ref: api }, `/stages/${stage}`];
  return {
    Blocked: {
      Type: 'AWS::WAFv2::IPSet',
      Properties: { ...scope, IPAddressVersion: 'IPV4', Addresses: blockedNetworks() },
    },
    Wall: {
      Type: 'AWS::WAFv2::WebACL',
      Properties: {
        ...scope,
        DefaultAction: { Allow: {} },
        VisibilityConfig: visibility('wall'),
        Rules: fiftyRules().filter((_, at) => at % (50 / count) === 0),
      },
    },
    WallOfStage: {
      Type: 'AWS::WAFv2::WebACLAssociation',
      Properties: {
        WebACLArn: { 'Fn::GetAtt': ['Wall', 'Arn'] },
        ResourceArn: { 'Fn::Join': ['', arn] },
      },
    },
  };
}

/** A typical mix of rules: strings, regular expressions, networks, sizes, rates, labels. */
function fiftyRules(): readonly object[] {
  const part = (at: number): object => PARTS[at % PARTS.length] ?? PARTS[0];
  const texts = listOf(20, (at) => ({
    ByteMatchStatement: {
      FieldToMatch: part(at),
      SearchString: `evil${at}`,
      PositionalConstraint: at % 2 === 0 ? 'STARTS_WITH' : 'CONTAINS',
      TextTransformations: at % 3 === 0 ? DECODED : NONE,
    },
  }));
  const patterns = listOf(8, (at) => ({
    RegexMatchStatement: {
      FieldToMatch: part(at),
      RegexString: `(?i)(wp-admin|phpmyadmin${at}|\\.env$)`,
      TextTransformations: NONE,
    },
  }));
  const networks = listOf(8, () => ({
    IPSetReferenceStatement: { Arn: { 'Fn::GetAtt': ['Blocked', 'Arn'] } },
  }));
  const sizes = listOf(6, (at) => ({
    SizeConstraintStatement: {
      FieldToMatch: part(at),
      ComparisonOperator: 'GT',
      Size: 5_000 + at,
      TextTransformations: NONE,
    },
  }));
  const rates = listOf(4, (at) => ({
    RateBasedStatement: {
      Limit: 2_000_000_000,
      AggregateKeyType: 'IP',
      EvaluationWindowSec: at % 2 === 0 ? 60 : 300,
    },
  }));
  const labels = listOf(4, (at) => ({ LabelMatchStatement: { Scope: 'LABEL', Key: `seen${at}` } }));
  return [texts, patterns, networks, sizes, rates, labels].flat().map((Statement, Priority) => ({
    Name: `rule${Priority}`,
    Priority,
    Statement,
    Action: { Block: {} },
    VisibilityConfig: visibility(`rule${Priority}`),
  }));
}

function blockedNetworks(): readonly string[] {
  return listOf(1_000, (at) => `10.${at % 250}.${Math.floor(at / 250)}.0/24`);
}

function visibility(MetricName: string): object {
  return { MetricName, CloudWatchMetricsEnabled: true, SampledRequestsEnabled: true };
}

function listOf<Item>(length: number, make: (at: number) => Item): readonly Item[] {
  return Array.from({ length }, (_, at) => make(at));
}
