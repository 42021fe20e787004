/**
 * Reads the rights of the functions of the part `portal` from `access/portal.yml`, and checks what the stage
 * must provide.
 */
import { asList, membersOf } from '@gatewright/aws/json-object';
import { webhooksInStage } from '#shared/portal/compiled-portal.ts';
import type { CompiledPortal } from '#shared/portal/compiled-portal.ts';
import type { CompiledSource } from '#shared/webhooks/compiled-webhooks.ts';
import { findKeyFault } from '@gatewright/authoring/portal/offered-keys';
import type { KeyDocuments } from '@gatewright/authoring/portal/offered-keys';
import { secretPermission } from '@gatewright/authoring/webhooks/webhooks-permissions';
import type { Template } from './edit-template.ts';

const FILE = 'access/portal.yml';
const ADD = 'run npx gatewright init --add portal';

/**
 * Returns why the stack and the file do not fit together: one sentence about the first reason, or nothing.
 * @param portal undefined if there is no file
 * @param access undefined if the documents are not compiled yet; the prefix and the roles of keys are then not checked
 * @param hasPart whether the stack has the part `portal`
 */
export function findPortalFaults(
  portal: CompiledPortal | undefined,
  hasPart: boolean,
  access: KeyDocuments | undefined,
  stage: string,
): readonly string[] {
  if (portal === undefined)
    return hasPart
      ? [
          `the stack has the part portal, but there is no ${FILE}: write this file (node_modules/gatewright/docs/guides/sell/portal.md), or remove the part`,
        ]
      : [];
  if (!hasPart)
    return [`${FILE} describes a portal, but the stack has no part portal: ${ADD}, or remove the file`];
  const { keys } = portal.offers;
  const fault = keys && access && findKeyFault(keys, access, [stage]);
  return fault === undefined ? [] : [`${FILE}: keys.${fault.member}: ${fault.message}`];
}

/**
 * Returns one sentence for each source of `access/webhooks.yml` for which nobody can create a secret, because only the
 * portal lets customers create secrets.
 */
export function findUnofferedSources(
  portal: CompiledPortal | undefined,
  sources: readonly CompiledSource[],
  stage: string,
): readonly string[] {
  return sources
    .filter((source) => source.stage === stage && source.secretsOf === 'customers')
    .filter(({ name }) => portal?.offers.webhooks?.some((offered) => offered.source === name) !== true)
    .map(({ name }) =>
      portal === undefined
        ? `the source "${name}" of access/webhooks.yml needs the portal, in which customers create its secrets, but ${FILE} does not exist: ${ADD}, or write under secrets, for each stage, where the secrets are stored`
        : `the source "${name}" of access/webhooks.yml needs the portal, in which customers create its secrets, but ${FILE} does not offer the source: add the source to webhooks in ${FILE}, or write under secrets, for each stage, where the secrets are stored`,
    );
}

/**
 * Gives `portal-session` the right to read the secret of its client, and `portal` the right to read the master secret
 * of the webhooks that are offered in this stage. Restricts `portal-alerts` to the sender address in the file; without
 * a sender address, its right to send mail is removed.
 */
export function allowPortal(
  { Resources }: Template,
  portal: CompiledPortal | undefined,
  stage: string,
): void {
  const secret = portal?.signIn[stage]?.clientSecret;
  const statement = secret && secretPermission(secret);
  if (statement !== undefined)
    changeStatements(Resources['PortalSessionRole'], (statements) => [...statements, statement]);
  // Sources of one stage have the same master secret.
  const [offered] = portal === undefined ? [] : webhooksInStage(portal, stage);
  const master = offered && secretPermission(offered.masterSecret);
  if (master !== undefined)
    changeStatements(Resources['PortalRole'], (statements) => [...statements, master]);
  changeStatements(Resources['PortalAlertsRole'], (statements) =>
    statements.flatMap((one) => {
      if (membersOf(one)['Action'] !== 'ses:SendEmail') return [one];
      const from = portal?.mail?.from;
      return from === undefined
        ? []
        : [{ ...membersOf(one), Condition: { StringEquals: { 'ses:FromAddress': from } } }];
    }),
  );
}

function changeStatements(
  role: Template['Resources'][string] | undefined,
  change: (statements: readonly unknown[]) => readonly unknown[],
): void {
  if (role?.Type !== 'AWS::IAM::Role') return;
  const policies = asList(role.Properties?.['Policies']).map((policy) => {
    const document = membersOf(membersOf(policy)['PolicyDocument']);
    const statements = change(asList(document['Statement']));
    return { ...membersOf(policy), PolicyDocument: { ...document, Statement: statements } };
  });
  role.Properties = { ...role.Properties, Policies: policies };
}
