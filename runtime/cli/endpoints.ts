import { assertAddress } from '../routing/destination.ts'
import { toMilliseconds } from '../timing/duration.ts'
import { asDocument } from './as-document.ts'
import type { RunCommand } from './commands.ts'
import { exitCodes } from './exit-codes.ts'
import { duration, instant, relative } from './in-words.ts'
import { table } from './table.ts'

/** In place of the node that pauses: a person did. */
const nobody = '00000000-0000-0000-0000-000000000000'

/** `jasper endpoints list` */
export const runEndpointsList: RunCommand = async ({ store, said, terminal, paint, now }) => {
  const [pauses, counts] = [await store.pauses.list(), await store.incoming.counts()]
  const addresses = [...new Set([...pauses.map(({ endpoint }) => endpoint), ...counts.map(({ endpoint }) => endpoint)])].sort()
  const endpoints = addresses.map((address) => ({
    address,
    pause: pauses.find(({ endpoint }) => endpoint === address),
    waiting: counts.find(({ endpoint }) => endpoint === address)?.ready ?? 0,
  }))
  if (said.has('json')) terminal.out(asDocument({ ok: true, endpoints }))
  else if (endpoints.length === 0) terminal.out('No endpoint is paused, and none has messages.\n')
  else {
    const shrinks = true
    const columns = [{ head: 'endpoint' }, { head: 'state' }, { head: 'waiting', right: true }, { head: 'since', shrinks }, { head: 'reason', shrinks }]
    const rows = endpoints.map(({ address, pause, waiting }) => [
      address,
      pause === undefined ? 'open' : pause.leftMs === undefined ? 'paused' : `paused, ${duration(pause.leftMs)} left`,
      waiting.toLocaleString('en-US'),
      pause === undefined ? '' : `${instant(pause.since)}, ${relative(pause.since, now)}`,
      pause?.reason ?? '',
    ])
    terminal.out(`${table(columns, rows, terminal.columns, paint).join('\n')}\n`)
  }
  return exitCodes.fine
}

/** `jasper endpoints pause` */
export const runEndpointsPause: RunCommand = async ({ store, said, operands, terminal, paint }) => {
  const [endpoint = ''] = operands
  assertAddress(endpoint)
  const text = said.text('for')
  const forMs = text === undefined ? undefined : toMilliseconds(text as Parameters<typeof toMilliseconds>[0], '--for')
  await store.pauses.pause({ endpoint, forMs, reason: said.text('reason') ?? 'paused by hand', by: nobody })
  if (said.has('json')) terminal.out(asDocument({ ok: true, endpoint, forMs }))
  else terminal.out(`${paint('green', '✓')} ${endpoint} is paused ${forMs === undefined ? 'until somebody resumes it' : `for ${duration(forMs)}`}.\n`)
  return exitCodes.fine
}

/** `jasper endpoints resume` */
export const runEndpointsResume: RunCommand = async ({ store, said, operands, terminal, paint }) => {
  const [endpoint = ''] = operands
  assertAddress(endpoint)
  const ok = await store.pauses.resume(endpoint)
  if (said.has('json')) terminal.out(asDocument({ ok, endpoint }))
  else terminal.out(ok ? `${paint('green', '✓')} ${endpoint} goes on.\n` : `${endpoint} was not paused.\n`)
  return ok ? exitCodes.fine : exitCodes.no
}
