/**
 * Velocity 1.7 templates, compiled once and rendered within a budget.
 *
 * @module @gatewright/velocity
 */
export type { CompiledTemplate, RenderScope } from './compile.ts';
export type { JsonValue } from './java/json.ts';
export type { RenderLimits } from './java/render-budget.ts';
export type { TemplateErrorCode, TemplatePlace } from './java/template-error.ts';
export type { HostMethod, JavaNumber, JavaObject, JavaValue } from './java/values.ts';
export type { UndefinedReferences } from './runtime.ts';

export { compileTemplate } from './compile.ts';
export { fromJavaValue, parseJson, toJavaValue } from './java/json.ts';
export { DEFAULT_RENDER_LIMITS, RenderBudget } from './java/render-budget.ts';
export { TemplateError } from './java/template-error.ts';
export { HostObject, JavaList, JavaLong, JavaMap } from './java/values.ts';
