/** A process of the bench app that runs until it is killed. */
import { runningApp } from './jasper.ts'

await runningApp(process.argv[2]!, 1)
process.send?.('running')
