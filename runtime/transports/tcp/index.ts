export { tcp } from './tcp-transport.ts'
export type { TcpLimits, TcpOptions, TcpTlsOptions } from './options.ts'
