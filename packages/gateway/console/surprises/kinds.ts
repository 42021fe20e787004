/** All kinds of surprises, in the order in which an explanation mentions them. */
import { ADDRESS_KINDS } from './address-kinds.ts';
import { BODY_KINDS } from './body-kinds.ts';
import { CALL_KINDS } from './call-kinds.ts';
import { CORS_KINDS } from './cors-kinds.ts';
import { EDGE_KINDS } from './edge-kinds.ts';
import { EVENT_KINDS } from './event-kinds.ts';
import { EXECUTION_KINDS } from './execution-kinds.ts';
import { HANDLER_KINDS } from './handler-kinds.ts';
import { HEADER_KINDS } from './header-kinds.ts';
import { LAMBDA_KINDS } from './lambda-kinds.ts';
import { MAPPING_KINDS } from './mapping-kinds.ts';
import { POLICY_KINDS } from './policy-kinds.ts';
import { REPLY_KINDS } from './reply-kinds.ts';
import { REQUEST_KINDS } from './request-kinds.ts';
import { RESPONSE_INPUT_KINDS } from './response-input-kinds.ts';
import { RESULT_KINDS } from './result-kinds.ts';
import { TEMPLATE_INPUT_KINDS } from './template-input-kinds.ts';
import { UNCHECKED_BODY } from './unchecked-body.ts';
import { UNREAD_SETTINGS } from './unread-settings.ts';
import type { SurpriseKind } from './surprise.ts';

export const SURPRISE_KINDS: readonly SurpriseKind[] = [
  // If a body was not validated, this explains what the function did with it, so these kinds come first.
  ...UNCHECKED_BODY,
  ...HANDLER_KINDS,
  ...LAMBDA_KINDS,
  ...EDGE_KINDS,
  ...BODY_KINDS,
  ...RESULT_KINDS,
  ...REPLY_KINDS,
  ...MAPPING_KINDS,
  ...TEMPLATE_INPUT_KINDS,
  ...RESPONSE_INPUT_KINDS,
  ...CALL_KINDS,
  ...EXECUTION_KINDS,
  ...CORS_KINDS,
  ...HEADER_KINDS,
  ...EVENT_KINDS,
  ...REQUEST_KINDS,
  ...ADDRESS_KINDS,
  ...POLICY_KINDS,
  ...UNREAD_SETTINGS,
];
