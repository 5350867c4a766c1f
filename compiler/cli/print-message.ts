import type { Project } from '../config/project.ts'
import type { ChainExplanation, MessageExplanation, ParameterExplanation, Sending, Step } from '../explain/explanation.ts'
import { counted } from './in-words.ts'
import { problemsOf } from './print-considered.ts'
import type { Paint } from './terminal.ts'
import { wrap } from './wrap.ts'

/** A message: what sends it, where it goes, and what is done with it, step by step. */
export function printMessage(explained: MessageExplanation, project: Project, paint: Paint, columns: number): readonly string[] {
  const { message, version, declared, older, markers, endpoints, returnedBy, recurring, chains, problems } = explained
  const facts: (readonly [string, string])[] = [
    ['goes to', endpoints.length === 0 ? 'nowhere: no handler here takes it, and no route names a place' : endpoints.join(', ')],
    ['sent by', returnedBy.length === 0 ? 'no handler that returns it; whoever calls send, publish or schedule' : `handlers of ${returnedBy.join(', ')}, which return it`],
    ...(markers.queue === undefined ? [] : [['@queue', `its handlers run at ${markers.queue}, unless a route or a policy names another queue`] as const]),
    ...(markers.topic === undefined ? [] : [['@topic', `${markers.topic}, where a transport has topics`] as const]),
    ...(markers.deliverWithin === undefined ? [] : [['@deliverWithin', `${markers.deliverWithin} after it was sent, or after its time, it is dropped`] as const]),
    ...recurring.map((rule) => ['recurs', rule] as const),
    ...older.map((one) => [`version ${one.version}`, `is brought up to date by ${one.upcast}`] as const),
  ]
  const wide = Math.max(...facts.map(([name]) => name.length))
  return [
    `${paint('bold', message)}${version === 1 ? '' : `, version ${version}`}${declared === undefined ? '' : paint('dim', `  ${declared}`)}`,
    '',
    ...facts.flatMap(([name, words]) =>
      wrap(words, Math.max(30, columns - wide - 4)).map((line, index) => `  ${paint('dim', (index === 0 ? name : '').padEnd(wide))}  ${line}`),
    ),
    '',
    ...(chains.length === 0 ? ['No handler here takes it, so there is no chain.'] : []),
    ...(chains.length > 1 ? [`${counted(chains.length, 'chain')} take it, each by itself:`, ''] : []),
    ...chains.flatMap((chain, index) => [...(index === 0 ? [] : ['']), ...printChain(chain, paint, columns)]),
    ...problemsOf(problems, project, paint),
  ]
}

function printChain({ separate, steps, effects, onFailure, settings }: ChainExplanation, paint: Paint, columns: number): readonly string[] {
  const wide = String(steps.length).length
  return [
    separate === undefined ? 'When one arrives, the chain' : `When one arrives, ${separate}, which has the message for itself,`,
    '',
    ...steps.flatMap((step, index) => printStep(step, `${index + 1}.`.padStart(wide + 1), paint, columns)),
    '',
    ...settings.flatMap(({ name, value, from }) => wrap(`Its ${name} is ${value}, by ${from}.`, columns)),
    ...wrap(`Its effects happen ${effects}.${onFailure === undefined ? '' : ` When a handler fails: ${onFailure}.`}`, columns),
  ]
}

function printStep({ words, place, parameters = [], sends = [] }: Step, number: string, paint: Paint, columns: number): readonly string[] {
  const indent = ' '.repeat(number.length + 5)
  const widest = Math.max(0, ...parameters.map(({ name, type }) => name.length + type.length + 2))
  return [
    ...wrap(`${words}`, Math.max(30, columns - indent.length)).map((line, index, all) => {
      const beside = index === all.length - 1 && place !== undefined ? paint('dim', `  ${place}`) : ''
      return `  ${index === 0 ? paint('dim', number) : ' '.repeat(number.length)} ${line}${beside}`
    }),
    ...parameters.flatMap((parameter) => printParameter(parameter, indent, widest, paint)),
    ...sends.map((sending) => `${indent}${sendingWords(sending, paint)}`),
  ]
}

function printParameter(
  { name, type, from, needs = [] }: ParameterExplanation,
  indent: string,
  widest: number,
  paint: Paint,
): readonly string[] {
  const head = `${name}: ${paint('cyan', type)}${' '.repeat(Math.max(0, widest - name.length - type.length - 2))}`
  const within = Math.max(0, ...needs.map((one) => one.name.length + one.type.length + 2))
  return [`${indent}${head}  ${paint('dim', '←')} ${from}`, ...needs.flatMap((one) => printParameter(one, `${indent}  `, within, paint))]
}

function sendingWords({ message, endpoints, unhandled }: Sending, paint: Paint): string {
  const places = endpoints.length === 0 ? 'nowhere: no handler here takes it, and no route names a place' : endpoints.join(', ')
  return `${message} ${paint('dim', '→')} ${places}${unhandled && endpoints.length > 0 ? paint('dim', ', which no handler here takes') : ''}`
}
