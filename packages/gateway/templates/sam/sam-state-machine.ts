/**
 * Expands `AWS::Serverless::StateMachine` to the state machine, its role, and the routes, rules and schedules that
 * start it. StartSyncExecution runs a machine; other executions are recorded.
 * @see https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html
 */
import { mapOf, membersOf } from '@gatewright/aws/json-object';
import type { Json, JsonObject } from '@gatewright/aws/json-object';
import { INTEGRATION } from './sam-document.ts';
import { expandRule, expandSchedule, expandSchedulerSchedule } from './sam-event-rules.ts';
import { pick, present } from './sam-expansion.ts';
import { judgeRuleOfMachine } from './sam-machine-refusals.ts';
import type { SamExpansion } from './sam-expansion.ts';
import { assumedBy, refusePolicies, startingRole, stateMachineRole } from './sam-role.ts';

const TYPE = 'AWS::Serverless::StateMachine';
const OF_MACHINE = ['Definition', 'DefinitionSubstitutions', 'Tags'];
const KNOWN =
  'DefinitionUri Name Type Role Policies PermissionsBoundary RolePath Logging Tracing Events AutoPublishAlias UseAliasAsEventTarget DeploymentPreference PropagateTags'.split(
    ' ',
  );

export function expandStateMachine(expansion: SamExpansion, logicalId: string, resource: JsonObject): void {
  const properties = expansion.properties('StateMachine', resource);
  expansion.reportUnknown(logicalId, TYPE, properties, [...OF_MACHINE, ...KNOWN]);
  const roleId = `${logicalId}Role`;
  refusePolicies(expansion, logicalId, properties);
  if (properties['Role'] === undefined)
    expansion.make(logicalId, roleId, 'AWS::IAM::Role', stateMachineRole(logicalId, properties));
  expansion.make(logicalId, logicalId, 'AWS::StepFunctions::StateMachine', {
    ...pick(properties, OF_MACHINE),
    RoleArn: properties['Role'] ?? { 'Fn::GetAtt': [roleId, 'Arn'] },
    ...present({
      StateMachineName: properties['Name'],
      StateMachineType: properties['Type'],
      LoggingConfiguration: properties['Logging'],
      TracingConfiguration: properties['Tracing'],
    }),
  });
  const aliasId = makeAlias(expansion, logicalId, properties['AutoPublishAlias']);
  const machineId = properties['UseAliasAsEventTarget'] === true ? (aliasId ?? logicalId) : logicalId;
  const events = mapOf(properties, 'Events');
  for (const [name, event] of Object.entries(events))
    expandEvent(expansion, { logicalId, machineId, properties }, name, event);
}

function makeAlias(expansion: SamExpansion, logicalId: string, alias: Json | undefined): string | undefined {
  if (typeof alias !== 'string') return undefined;
  const [versionId, aliasId] = [`${logicalId}Version`, `${logicalId}Alias${alias}`];
  const machine = { Ref: logicalId };
  expansion.make(logicalId, versionId, 'AWS::StepFunctions::StateMachineVersion', {
    StateMachineArn: machine,
  });
  expansion.make(logicalId, aliasId, 'AWS::StepFunctions::StateMachineAlias', {
    Name: alias,
    DeploymentPreference: { StateMachineVersionArn: { Ref: versionId }, Type: 'ALL_AT_ONCE' },
  });
  expansion.references.set(`${logicalId}.Version`, versionId).set(`${logicalId}.Alias`, aliasId);
  return aliasId;
}

const MACHINE = {
  ending: 'StepFunctionsTarget',
  action: 'states:StartExecution',
  policyEnd: 'StartExecutionPolicy',
};

/** The events from which SAM makes a rule or a schedule. */
const OF_RULES: Readonly<Record<string, typeof expandRule>> = {
  CloudWatchEvent: expandRule,
  EventBridgeRule: expandRule,
  Schedule: expandSchedule,
  ScheduleV2: expandSchedulerSchedule,
};

/** The properties without which SAM refuses an event of a machine. */
const NEEDED: Readonly<Record<string, string>> = { Schedule: 'Schedule', ScheduleV2: 'ScheduleExpression' };

/** Returns the role with which EventBridge starts the machine: the event's own, or one that SAM makes. */
function roleOfRule(
  expansion: SamExpansion,
  {
    id,
    logicalId,
    machineId,
  }: { readonly id: string; readonly logicalId: string; readonly machineId: string },
  properties: JsonObject,
  { RoleArn: own }: JsonObject,
): Json {
  if (own !== undefined) return own;
  const roleId = `${id}Role`;
  expansion.make(logicalId, roleId, 'AWS::IAM::Role', {
    ...pick(properties, ['PermissionsBoundary']),
    AssumeRolePolicyDocument: assumedBy('events.amazonaws.com'),
    ...startingRole(machineId, roleId),
  });
  return { 'Fn::GetAtt': [roleId, 'Arn'] };
}

function expandEvent(
  expansion: SamExpansion,
  {
    logicalId,
    machineId,
    properties,
  }: { readonly logicalId: string; readonly machineId: string; readonly properties: JsonObject },
  eventName: string,
  event: Json,
): void {
  const type = membersOf(event)['Type'];
  const expand = typeof type === 'string' && Object.hasOwn(OF_RULES, type) ? OF_RULES[type] : undefined;
  if (typeof type === 'string' && expand !== undefined) {
    const id = `${logicalId}${eventName}`;
    const own = mapOf(membersOf(event), 'Properties');
    // Missing and invalid settings are refused where the properties of all events are checked.
    const needed = NEEDED[type];
    if (judgeRuleOfMachine(own).length > 0 || (needed !== undefined && own[needed] === undefined)) return;
    expand(
      expansion,
      {
        ownerId: logicalId,
        eventName,
        id,
        properties: { ...pick(properties, ['PermissionsBoundary']), ...own },
        arn: { Ref: machineId },
        name: { Ref: machineId },
      },
      type === 'ScheduleV2'
        ? MACHINE
        : { ...MACHINE, roleArn: roleOfRule(expansion, { id, logicalId, machineId }, properties, own) },
    );
    return;
  }
  if (type !== 'Api') {
    const name = typeof type === 'string' ? type : 'unknown';
    expansion.report(
      logicalId,
      TYPE,
      `Events.${eventName}`,
      `${name} events do not start executions in this gateway`,
    );
    return;
  }
  const roleId = `${logicalId}${eventName}Role`;
  expansion.make(logicalId, roleId, 'AWS::IAM::Role', {
    ...pick(properties, ['PermissionsBoundary']),
    ...startingRole(machineId),
  });
  expansion.addEvent('rest', logicalId, eventName, event, {
    kind: 'state-machine',
    machineId,
    roleArn: { 'Fn::GetAtt': [roleId, 'Arn'] },
  });
}

export function stateMachineMethod(machineId: string, roleArn: Json, isUnescaped: boolean): JsonObject {
  const input = "$util.escapeJavaScript($input.json('$'))";
  const text = isUnescaped
    ? `{"input": "${input}.replaceAll("\\\\'","'")", "stateMachineArn": "\${${machineId}}"}`
    : `{"input": "${input}", "stateMachineArn": "\${${machineId}}"}`;
  return {
    [INTEGRATION]: {
      type: 'aws',
      httpMethod: 'POST',
      uri: { 'Fn::Sub': 'arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution' },
      credentials: roleArn,
      requestTemplates: { 'application/json': { 'Fn::Sub': text } },
      responses: { 200: { statusCode: '200' }, 400: { statusCode: '400' } },
    },
    responses: { 200: { description: 'OK' }, 400: { description: 'Bad Request' } },
  };
}
