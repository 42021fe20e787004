/** Checks rules that name certificates by serial number, because a deny list that can never match denies no caller. */
import { normalizeSerial } from '@gatewright/handlers/access/tokens/client-certificate';
import { isCertificateIssuer } from './compile-issuer.ts';
import type { AccessDocument } from '../document/document.ts';
import type { Condition } from '../document/document-conditions.ts';
import type { Path } from '../document/shape.ts';

type Complain = (path: Path, message: string) => void;

/**
 * Checks the serial numbers in rules. A principal with a certificate has the claim `serialNumber` in the form that
 * `normalizeSerial` returns. Claims are compared as strings, so the rules need the same form.
 */
export function checkSerialNumbers({ issuers, rules }: AccessDocument, problem: Complain): void {
  if (!issuers.some(isCertificateIssuer)) return;
  for (const [index, { when }] of rules.entries())
    if (when !== undefined) checkCondition(when, ['rules', index, 'when'], problem);
}

function checkCondition({ all, any, not, claims }: Condition, path: Path, problem: Complain): void {
  for (const [key, list] of Object.entries({ all, any }))
    for (const [index, inner] of (list ?? []).entries())
      checkCondition(inner, [...path, key, index], problem);
  if (not !== undefined) checkCondition(not, [...path, 'not'], problem);
  for (const [index, { claim, value }] of (claims ?? []).entries()) {
    if (claim.join('.') !== 'serialNumber' || value === undefined) continue;
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    for (const serial of values) {
      const at = [...path, 'claims', index];
      if (typeof serial !== 'string') problem(at, 'write serial numbers in quotes');
      else if (normalizeSerial(serial) !== serial)
        problem(
          at,
          `serial numbers have lower-case letters, no colons and no leading zeros: write "${normalizeSerial(serial)}"`,
        );
    }
  }
}
