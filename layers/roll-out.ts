/**
 * Adds an alias of the authorizers' versions, so that at first only a part of the calls reaches a new version. osls
 * creates the versions; this file adds the alias, its permission and its export.
 */
import type { Template } from './edit-template.ts';

/** `custom.rollout` of serverless.yml; command-line parameters are strings. */
export type Rollout = {
  readonly versions?: boolean | string;
  /** Share of calls that stays with the previous versions: 0 to 1. */
  readonly previousWeight?: number | string;
  /** Keys are functions; values are the numbers of their previous versions, or empty if there is none. */
  readonly previous?: Readonly<Record<string, number | string>>;
};

type RolloutProblem = { readonly problem: string };

const ALIAS = 'live';
const VERSION = /^[1-9]\d*$/;

export function isRollout({ versions }: Rollout = {}): boolean {
  return String(versions ?? 'false') === 'true';
}

/**
 * Adds an alias, a permission and an exported output to the compiled template for each function that `previous` names.
 * Without the setting `versions`, nothing changes.
 */
export function addAliases(
  template: Template,
  rollout: Rollout = {},
  exportPrefix: string,
): RolloutProblem | undefined {
  const { previous = {}, previousWeight = 0 } = rollout;
  const weight = Number(previousWeight);
  const wanted = Object.entries(previous).map(([name, version]) => ({ name, version: String(version) }));
  const named = wanted.filter(({ version }) => version !== '');
  if (!isRollout(rollout))
    return named.length === 0 && weight === 0
      ? undefined
      : {
          problem:
            'a previous version or weight of an authorizer requires authorizerVersions: true in params',
        };
  const wrong = named.find(({ version }) => !VERSION.test(version));
  if (wrong !== undefined)
    return {
      problem: `the previous version of ${wrong.name} must be a version number such as 41, not "${wrong.version}"`,
    };
  if (!(weight >= 0 && weight <= 1))
    return { problem: `params.previousWeight must be a number from 0 to 1, not ${String(previousWeight)}` };
  if (weight > 0 && named.length === 0)
    return {
      problem:
        'params.previousWeight is set, but no previous version: also set params.previousTokenAuthorizer or params.previousRequestAuthorizer',
    };
  for (const { name, version } of wanted) {
    const functionId = `${name
      .split('-')
      .map((part, index) => (index === 0 ? capitalize(part) : `Dash${part}`))
      .join('')}LambdaFunction`;
    const versionId = findVersion(template, functionId);
    if (versionId === undefined)
      return {
        problem: `the stack has no version of the function ${name}, to which an alias must point: add the part with this function to parts in gatewright.yml, or set authorizerVersions: false in params`,
      };
    addAlias(template, {
      name,
      functionId,
      versionId,
      exportPrefix,
      version: weight > 0 ? version : '',
      weight,
    });
  }
  return undefined;
}

type AliasOptions = {
  readonly name: string;
  readonly functionId: string;
  readonly versionId: string;
  readonly exportPrefix: string;
  readonly version: string;
  readonly weight: number;
};

function addAlias(template: Template, wanted: AliasOptions): void {
  const { name, functionId, versionId, exportPrefix, version, weight } = wanted;
  const id = `${name.split('-').map(capitalize).join('')}Live`;
  template.Resources[id] = {
    Type: 'AWS::Lambda::Alias',
    Properties: {
      Description:
        'APIs that call the authorizer import this alias. Its weights move calls from one version to the next',
      FunctionName: { Ref: functionId },
      FunctionVersion: { 'Fn::GetAtt': [versionId, 'Version'] },
      Name: ALIAS,
      ...(version !== '' && {
        RoutingConfig: { AdditionalVersionWeights: [{ FunctionVersion: version, FunctionWeight: weight }] },
      }),
    },
  };
  template.Resources[`${id}Permission`] = {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      Action: 'lambda:InvokeFunction',
      Principal: 'apigateway.amazonaws.com',
      SourceAccount: { Ref: 'AWS::AccountId' },
      // The alias needs a separate permission, because the function's permission does not cover the alias.
      FunctionName: { Ref: id },
    },
  };
  const output = `${id}Arn`;
  template.Outputs = {
    ...template.Outputs,
    [output]: { Value: { Ref: id }, Export: { Name: `${exportPrefix}-${output}` } },
  };
}

/**
 * Returns the logical id of the function's version, which ends with a hash of code and settings; undefined if the
 * template has no version of the function.
 */
function findVersion({ Resources }: Template, functionId: string): string | undefined {
  return Object.entries(Resources).find(
    ([, { Type, Properties }]) =>
      Type === 'AWS::Lambda::Version' && refOf(Properties?.['FunctionName']) === functionId,
  )?.[0];
}

function refOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'Ref' in value ? value.Ref : undefined;
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
