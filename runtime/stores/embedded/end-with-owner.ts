/**
 * A small Node process between owner and server, for systems that cannot end a program when its
 * owner dies. It starts the server, and stops it when its standard input closes: the other end of
 * that pipe is held by the owner alone, and the system closes it however the owner ends.
 *
 * Kept as text, because an app that is bundled has no file to start. Arguments: a JSON object
 * `{ uid, gid }` or `{}`, the program, and what the program takes.
 */
export const endWithOwnerScript = `
const { spawn } = require('node:child_process')
const [user, program, ...args] = process.argv.slice(1)
const server = spawn(program, args, { ...JSON.parse(user), stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true })
server.on('error', (error) => { console.error(String(error)); process.exit(127) })
server.on('exit', (code) => process.exit(code ?? 1))
process.stdin.on('end', () => server.kill('SIGINT')).on('error', () => server.kill('SIGINT')).resume()
`
