export type { Timetable } from '../contracts/timetable.ts'
export { cron } from './cron.ts'
