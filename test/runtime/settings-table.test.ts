import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { endpointDefaults } from '../../runtime/config/endpoint-defaults.ts'
import { housekeepingEveryMs } from '../../runtime/durability/housekeeping.ts'
import { beatEveryMs, silentWithLockMs, silentWithoutLockMs } from '../../runtime/durability/liveness-judge.ts'
import { senderSettings } from '../../runtime/routing/sender-settings.ts'
import { appDefaults } from '../../runtime/host/app-defaults.ts'
import { toMilliseconds } from '../../runtime/timing/duration.ts'
import { readOptions } from '../../runtime/stores/postgres/read-options.ts'

const breaker = endpointDefaults.circuitBreaker
const sender = senderSettings('rabbitmq://queue/x', {})
const store = readOptions({ connectionString: 'postgres://x' })

/** What the code has, under the names of the table in runtime/README.md. */
const settings: Readonly<Record<string, string | number | boolean>> = {
  'listen mode': 'durable',
  'listen parallelism': endpointDefaults.parallelism,
  'listen sequential': false,
  'listen onDeadLetter': endpointDefaults.onDeadLetter,
  'listen dedupWindow': store.dedupWindowMs,
  'listen timeout': endpointDefaults.timeoutMs,
  'listen buffer': endpointDefaults.buffer,
  'listen circuitBreaker': 'off',
  'circuitBreaker minimum': breaker.minimum,
  'circuitBreaker failurePercent': breaker.failurePercent,
  'circuitBreaker window': breaker.windowMs,
  'circuitBreaker pause': breaker.pauseMs,
  'sending batch': sender.batch,
  'sending buffer': sender.buffer,
  'sending onRefused': sender.onRefused,
  'sending giveUpAfter': sender.giveUpAfterMs ?? 'never',
  'createApp stopTimeout': toMilliseconds(appDefaults.stopTimeout, ''),
  'createApp parkFor': toMilliseconds(appDefaults.parkFor, ''),
  'createApp keepDeadLetters': 'never',
  'createApp sendOnly': appDefaults.sendOnly,
  'createApp recovery': appDefaults.recovery,
  'postgres schema': store.schema,
  'postgres migrate': store.migrate,
  'postgres dedupWindow': store.dedupWindowMs,
  'postgres connections': store.connections,
  'fixed beat': beatEveryMs,
  'fixed death, connection gone': silentWithoutLockMs,
  'fixed death, connection there': silentWithLockMs,
  'fixed housekeeping': housekeepingEveryMs,
}

it('the table of settings in runtime/README.md says what the code has', () => {
  const readme = readFileSync(new URL('../../runtime/README.md', import.meta.url), 'utf8')
  const table = readme.slice(readme.indexOf('## Settings'), readme.indexOf('##', readme.indexOf('## Settings') + 3))
  const rows = [...table.matchAll(/^\| (\w+) `?([^|`]+)`? \| `?([^|`]+?)`? \|/gm)]
    .filter(([, kind]) => kind !== 'setting')
    .map(([, kind, name, value]) => [`${kind} ${name!.trim()}`, value!.trim()] as const)
  const said = Object.fromEntries(rows.map(([name, value]) => [name, /^\d+(\.\d+)?(ms|s|m|h|d)$/.test(value) ? toMilliseconds(value as '1s', name) : value]))
  expect(said).toEqual(Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, typeof value === 'number' && said[name] === value ? value : String(value)])))
})

/** Options that are no settings: what an app consists of, and how one endpoint gets and reads its messages. */
const noSettings = ['name', 'store', 'transports', 'data', 'transactions', 'log', 'clock', 'messageType', 'from', 'on', 'connectionString', 'pool']

it.each([
  ['listen', 'ListenerOptions', 'config/routes.ts'],
  ['circuitBreaker', 'CircuitBreakerOptions', 'config/routes.ts'],
  ['sending', 'SenderOptions', 'config/routes.ts'],
  ['createApp', 'AppOptions', 'host/app.ts'],
  ['postgres', 'PostgresOptions', 'stores/postgres/read-options.ts'],
])('the table has every setting of %s', (kind, name, file) => {
  const source = readFileSync(new URL(`../../runtime/${file}`, import.meta.url), 'utf8')
  const start = source.indexOf(`export interface ${name} {`)
  expect(start).toBeGreaterThan(-1)
  const members = [...source.slice(start, source.indexOf('\n}', start)).matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member]) => member!)
  const missing = members.filter((member) => !noSettings.includes(member) && settings[`${kind} ${member}`] === undefined)
  expect(missing).toEqual([])
  expect(members.length).toBeGreaterThan(3)
})
