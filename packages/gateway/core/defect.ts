/**
 * The check that stopped a request. It is more precise than the error code. Explanations use this value and never parse
 * log text.
 */
import type { SignatureFault } from '@gatewright/aws/signature-claim';
import type { RoleRefusal } from './policy/role-refusal.ts';
import type { MalformedPart, TokenDefectCode } from './policy/bearer-token.ts';

export type Defect =
  /** A defect of a bearer token, found by a JWT or Cognito authorizer. */
  | { readonly kind: 'token'; readonly code: TokenDefectCode; readonly part?: MalformedPart }
  | {
      readonly kind: 'authorizer';
      readonly code: Exclude<AuthorizerDefectCode, 'malformed'>;
      /** The name that Lambda gives to the error of the failed function. */
      readonly errorType?: string | undefined;
      /**
       * Whether the function's error message is `Unauthorized` or similar, but API Gateway did not treat it as a
       * refusal.
       */
      readonly meansRefusal?: true | undefined;
    }
  /** The result of an authorizer's function cannot be used. `member` is the name of an invalid context value. */
  | {
      readonly kind: 'authorizer';
      readonly code: 'malformed';
      readonly part: AuthorizerResultPart;
      readonly member?: string | undefined;
      /** The kind of result that the function returned instead of an authorizer's result, if it is known. */
      readonly given?: AuthorizerMistake | undefined;
    }
  /** The throttle of a route on its stage, or of the whole account, is exceeded. */
  | { readonly kind: 'throttle'; readonly of: 'route' | 'account' }
  /** The policies do not allow the call to a function URL. */
  | {
      readonly kind: 'function-url';
      readonly actions: readonly string[];
      readonly functionArn: string;
      readonly authType: 'NONE' | 'AWS_IAM';
      /** The ARN of the signer; undefined if the request is not signed. */
      readonly signer: string | undefined;
      readonly isDenied: boolean;
    }
  /** No AWS::Lambda::Permission lets the API, or its authorizer, invoke the function. */
  | {
      readonly kind: 'permission';
      /** The function that is invoked, such as `orders:live`; undefined if only AWS's log line is known. */
      readonly invoked?: string;
      /**
       * The end of the call's source ARN after the API id, with the literal `stage` in place of the stage name:
       * `/stage/GET/pets`.
       */
      readonly source?: string;
    }
  /** API Gateway cannot assume the role of an integration or authorizer, or the role may not invoke the function. */
  | ({ readonly kind: 'role' } & RoleRefusal)
  /** The API is private and has no resource policy, so nobody may call it. */
  | { readonly kind: 'no-policy' }
  /**
   * The request was refused in front of the stage: by a screen such as AWS WAF, by mutual TLS, or because no API has
   * the host and path. The refusal provides its own reasons.
   */
  | {
      readonly kind: 'screen';
      readonly because: readonly string[];
      readonly changes: readonly string[];
      readonly screen?: ScreenRule | undefined;
      /** Whether mutual TLS of the custom domain refused the client's certificate, or found none. */
      readonly isUntrusted?: true;
      /** Whether AWS's own CloudFront refuses the request, in front of an edge-optimized API. */
      readonly isAtEdge?: true;
    }
  /**
   * The AWS signature is missing (`faults` is then empty) or refused. `region` and `service` are the ones for which the
   * request must be signed.
   */
  | {
      readonly kind: 'signature';
      readonly faults: readonly SignatureFault[];
      readonly region: string;
      readonly service: string;
      /** The region and service for which the client signed; absent if the request has no credential scope. */
      readonly scope?: { readonly region: string; readonly service: string } | undefined;
      /** The access key that the request names, and the identity to which it belongs; absent if they are unknown. */
      readonly accessKeyId?: string | undefined;
      readonly signer?: string | undefined;
    }
  /** A mapping template failed, at this line of it. */
  | {
      readonly kind: 'template';
      readonly side: 'request' | 'response';
      readonly problem: string;
      readonly line?: number | undefined;
    }
  /** The mappings of an integration do not fit the request, or the integration's response. */
  | MappingDefect
  /** The function's result, or the beginning of its stream, is not a valid proxy response. */
  | ({ readonly kind: 'proxy-response'; readonly problem: string } & Partial<ProxyFault>);

/** The web ACL that refused a request, and its rule; undefined for its default action. */
export type ScreenRule = {
  readonly of: string;
  readonly rule: string | undefined;
  /** Whether OversizeHandling of the rule decided, and not what the rule compares. */
  readonly isOversize?: true;
};

type AuthorizerDefectCode =
  /** An identity source is missing or empty; the function was not called. */
  | 'identity-missing'
  /** The token does not match IdentityValidationExpression; the function was not called. */
  | 'identity-mismatch'
  | 'unauthorized'
  | 'timed-out'
  | 'failed'
  | 'refused'
  | 'malformed';

export type MappingDefect = { readonly kind: 'mapping' } &
  /** No request template matches the Content-Type, and PassthroughBehavior does not let the body through. */
  (
    | {
        readonly problem: 'no-template';
        readonly contentType: string;
        /** The key that TemplateSelectionExpression of a WebSocket API returned. */
        readonly key?: string | undefined;
        readonly templates: readonly string[];
        readonly passthrough: string;
      }
    /** The body that a mapping reads is not valid JSON. */
    | { readonly problem: 'body'; readonly side: 'request' | 'response' }
    /** The request template of a MOCK integration has no integer statusCode. */
    | { readonly problem: 'mock-status' }
    /**
     * No integration response matches the response of the integration, and there is no default integration response.
     */
    | { readonly problem: 'no-response'; readonly selectBy: string; readonly patterns: readonly string[] }
    /** The method has no method response with the status of the integration response. */
    | { readonly problem: 'no-method-response'; readonly status: number }
    /** A template cannot be applied to a binary body. */
    | {
        readonly problem: 'binary-body';
        /** The entry of BinaryMediaTypes that makes the body binary; undefined for the body of a response. */
        readonly entry?: string | undefined;
      }
    /** The body must be decoded, but is not base64. */
    | { readonly problem: 'base64'; readonly side: 'request' | 'response' }
    /** The integration calls a function with a method other than POST. */
    | { readonly problem: 'verb'; readonly property: string }
    /** A mapping sets a header that only API Gateway itself may set. */
    | { readonly problem: 'header'; readonly name: string }
    /** A parameter that an AWS service requires has no value. `source` is the mapping that should provide the value. */
    | { readonly problem: 'no-value'; readonly name: string; readonly source: string | undefined }
    /** RequestParameters of the integration map no value for the variable of this name in the path of the Uri. */
    | { readonly problem: 'path'; readonly name: string }
    /** The Uri of the integration is not an address, after stage variables and parameters were inserted. */
    | { readonly problem: 'address' }
  );

/** The kind of result that the function returned instead of the expected one. */
export type AuthorizerMistake =
  /** The response of a route: `{statusCode, body}`. */
  | { readonly kind: 'response'; readonly statusCode: string }
  /** The result of an authorizer with simple responses: `{isAuthorized}`. */
  | { readonly kind: 'simple' }
  /** The result of an authorizer without simple responses: `{policyDocument}`. */
  | { readonly kind: 'policy' }
  /** True, false, null or undefined. */
  | { readonly kind: 'value'; readonly value: string };

/** A part of the result of an authorizer's function (docs/aws §4.3, §4.5, §11.6). */
export type AuthorizerResultPart =
  /** The whole result is not a JSON object. */
  | 'result'
  /** The result is too large. */
  | 'size'
  | 'isAuthorized'
  /** The policy is missing. */
  | 'policyDocument'
  /** The policy exists, but is invalid. */
  | 'policy'
  /** A Resource of the policy is too long. */
  | 'resource'
  | 'principalId'
  | 'usageIdentifierKey'
  /** The context is not an object. */
  | 'context'
  /** A value of the context is an object or array. */
  | 'context-value'
  /** The context has the reserved name `claims`. */
  | 'context-claims';

/** The part of a function's proxy result that is wrong. */
export type ProxyFault = {
  readonly part: ProxyPart;
  /** The name of the header or member. */
  readonly name?: string | undefined;
  /** The names of other headers or members with the same fault. */
  readonly others?: readonly string[] | undefined;
};

/** A part of a proxy result (docs/aws §3.5, §3.6, §8.3, §11.3). */
type ProxyPart =
  /** The whole result is not a JSON object. */
  | 'result'
  /** The whole result is a string that contains a JSON object: the function serialized the object itself. */
  | 'text'
  /** The whole result is a streamed response, in an integration that buffers. */
  | 'streamed'
  | 'statusCode'
  /** The member is unknown. */
  | 'member'
  /** No member is known: the result is the data itself. */
  | 'data'
  | 'headers'
  | 'multiValueHeaders'
  | 'cookies'
  /** A header in `headers` is an array. */
  | 'header-list'
  /** A header is not a string, a number or a boolean. */
  | 'header-value'
  /** The name or value of a header has characters that cannot be sent. */
  | 'header-text'
  /** A header in `multiValueHeaders` is not an array. */
  | 'header-values'
  | 'cookie'
  | 'cookie-text'
  | 'body'
  /** The body is the JSON of a Buffer of Node.js: `{type: "Buffer", data}`. */
  | 'buffer'
  | 'isBase64Encoded'
  /** The body is not base64, although `isBase64Encoded` is true. */
  | 'base64'
  /** The body is larger than a message of a WebSocket API may be. */
  | 'frame-size'
  /** The metadata before a streamed body is not a JSON object. */
  | 'metadata'
  /** The eight NUL bytes after the metadata of a stream are missing. */
  | 'delimiter';
