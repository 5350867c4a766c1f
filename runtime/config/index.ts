export { defineConfig, type JasperConfig } from './define-config.ts'
export {
  defineRoutes,
  type CircuitBreakerOptions,
  type Destinations,
  type ListenerOptions,
  type ListenRule,
  type PublishRule,
  type RouteBuilder,
  type Routes,
  type SenderOptions,
  type SenderRule,
} from './routes.ts'
export type { MessageChoice, MessageFacts, MessageMatch } from '../contracts/message-match.ts'
export type { ConventionalListener, ConventionalPlace, RoutingConvention } from '../contracts/routing-convention.ts'
export {
  customizeInWords,
  type AddedOptions,
  type CustomizedWhat,
  type CustomizeEnvelope,
  type CustomizeRule,
  type LeavingMessage,
} from './customize.ts'
export { listenRules, routesOfMessage, type MessageRoutes, type RoutedTo } from './routes-of-message.ts'
export { onAnyError, onError, onErrorCode, onInnerError, type ErrorClass, type ErrorMatch, type ErrorPredicate } from './error-match.ts'
export {
  exponential,
  type FailureAction,
  type FailureDecision,
  type FailurePolicy,
  type FailureRule,
  type FailureScript,
  type FailureStep,
  type Jitter,
} from './failure-rule.ts'
export { policies, type NonTransactionalPolicy, type OrderingKey, type OrderingKeyPolicy, type ParallelismPolicy, type GlobalPolicy, type Policy, type PolicyPart, type PolicySet, type QueuePolicy, type SeparatePolicy, type TimeoutPolicy } from './policy.ts'
export { nonTransactional, orderingKey, parallelism, queue, separate, timeout, type KeyMember } from './handler-policies.ts'
export { globalLayers, type ChainFacts, type HandlerFacts, type PolicyFunction } from './policy-function.ts'
export {
  definePlugin,
  step,
  stepsOf,
  variable,
  type AnsweredArgument,
  type AnsweredStep,
  type ChainVariable,
  type Plugin,
  type Step,
  type StepConstant,
  type StepFunction,
  type StepOptions,
} from './plugin.ts'
export { describeSettings, effectivePolicy, type EffectivePolicy, type PolicyLayer, type Said, type SettingWords } from './effective-policy.ts'
export { defaultFailurePolicy, describePolicy } from './default-policy.ts'
export { endpointDefaults, senderDefaults } from './endpoint-defaults.ts'
