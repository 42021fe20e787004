/** Administration of keys for the portal. It is loaded on demand, because not every request is about keys. */
import type { CompiledAccess } from '../access/compiled-document.ts';
import { KeyAdmin } from '../access/keys/key-admin.ts';
import { readKeyAdminSetting } from '../access/keys/lambda-key-admin.ts';
import { createAuthorizerCaches, createNativeKeys } from '../aws/control-plane-poster.ts';
import type { ControlPlaneConfig } from '../aws/control-plane-poster.ts';
import { CLOCK, RANDOM } from '../lambda-ports.ts';
import type { AdminPorts } from '../quota/admin/operation.ts';
import { createPlanCatalogue } from '../quota/admin/plan-catalogue.ts';
import type { AccessPorts } from './serve-member.ts';

/** @param bound ports that are bound to a tenant */
export function makeKeyAdmin(
  bound: AccessPorts,
  {
    usage,
    controlPlane,
    access,
  }: {
    readonly usage: AdminPorts;
    readonly controlPlane: ControlPlaneConfig;
    readonly access: CompiledAccess;
  },
): KeyAdmin {
  return new KeyAdmin(
    {
      ...bound,
      clock: CLOCK,
      random: RANDOM,
      caches: createAuthorizerCaches(controlPlane),
      nativeKeys: createNativeKeys(controlPlane),
      plans: createPlanCatalogue(usage),
    },
    readKeyAdminSetting(access),
  );
}
