/** The `Principal` and `NotPrincipal` of a policy statement (IAM user guide, "AWS JSON policy elements: Principal"). */
import { parseArn } from '@gatewright/aws/arn';
import { quote } from '../routing/quote.ts';
import type { PolicyPrincipal } from './model.ts';
import { PolicyInvalid, readRecord, readTexts } from './policy-invalid.ts';
import type { UnknownMembers } from '@gatewright/aws/json-object';

/** Whether a statement applies to this caller; undefined = anonymous. */
export type PrincipalTest = (principal: PolicyPrincipal | undefined) => boolean;

const EVERYBODY: PrincipalTest = () => true;

/**
 * `"*"`, `{"AWS": "*"}`, accounts (`123456789012`, `arn:aws:iam::123456789012:root`) and single identities.
 * Services, federations and canonical users are valid, but never call here.
 * @throws PolicyInvalid
 */
export function compilePrincipals(
  statement: UnknownMembers,
  effect: 'Allow' | 'Deny',
  isRequired: boolean,
): PrincipalTest {
  const { Principal: included, NotPrincipal: excluded } = statement;
  if (included === undefined && excluded === undefined) {
    if (isRequired) throw new PolicyInvalid('a statement names no Principal');
    return EVERYBODY;
  }
  if (included !== undefined && excluded !== undefined)
    throw new PolicyInvalid('a statement has either Principal or NotPrincipal');
  if (!isRequired) return refuseAllBut(included);
  if (included !== undefined) return readNames(included).includes;
  const names = readNames(excluded);
  // IAM exempts an identity from a NotPrincipal deny only if its account is listed, too.
  return effect === 'Deny'
    ? (principal) => !names.includesFully(principal)
    : (principal) => !names.includes(principal);
}

/**
 * An identity's policy applies to its holder; AWS's samples of authorizers still write `"Principal": "*"`.
 */
function refuseAllBut(principal: unknown): PrincipalTest {
  if (principal !== undefined && readNames(principal).isEverybody) return EVERYBODY;
  throw new PolicyInvalid('Principal is supported as "*" only');
}

type Names = {
  readonly isEverybody: boolean;
  /** By identity or account. */
  readonly includes: PrincipalTest;
  /** By identity and account. */
  readonly includesFully: PrincipalTest;
};

const KINDS = new Set(['AWS', 'Service', 'Federated', 'CanonicalUser']);
const ACCOUNT_ID = /^\d{12}$/;

function readNames(value: unknown): Names {
  const byKind = value === '*' ? { AWS: '*' } : readRecord(value, 'Principal');
  const unknown = Object.keys(byKind).find((kind) => !KINDS.has(kind));
  if (unknown !== undefined) throw new PolicyInvalid(`Principal has an unknown kind ${quote(unknown)}`);
  const accounts = new Set<string>();
  const arns = new Set<string>();
  const { AWS: names } = byKind;
  for (const name of names === undefined ? [] : readTexts(names, 'Principal')) {
    const arn = parseArn(name);
    if (ACCOUNT_ID.test(name)) accounts.add(name);
    else if (arn?.service === 'iam' && arn.resource === 'root') accounts.add(arn.accountId);
    else if (name === '*' || isIdentity(name)) arns.add(name);
    else throw new PolicyInvalid(`Principal ${quote(name)} is not an account, user or role`);
  }
  const isEverybody = arns.has('*');
  const isNamed = ({ arn, roleArn }: PolicyPrincipal): boolean =>
    arns.has(arn) || (roleArn !== undefined && arns.has(roleArn));
  return {
    isEverybody,
    includes: (principal) =>
      isEverybody || (principal !== undefined && (accounts.has(principal.accountId) || isNamed(principal))),
    includesFully: (principal) =>
      isEverybody || (principal !== undefined && accounts.has(principal.accountId) && isNamed(principal)),
  };
}

/** IAM refuses wildcards in the name of an identity: they would match none or too many. */
function isIdentity(name: string): boolean {
  const arn = parseArn(name);
  return (
    (arn?.service === 'iam' || arn?.service === 'sts') &&
    ACCOUNT_ID.test(arn.accountId) &&
    arn.resource !== '' &&
    !/[*?]/.test(name)
  );
}
