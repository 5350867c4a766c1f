import { join } from 'node:path'
import type { Binaries } from './find-binaries.ts'
import type { ServerUser } from './server-user.ts'

/** Where one embedded server lives, and who runs it. */
export interface Place {
  /** The folder that the app named. */
  readonly folder: string
  /** The folder with the data; another than `folder` only where the server's user cannot reach that. */
  readonly home: string
  /** Whom a process of root hands the server to. */
  readonly user: ServerUser | undefined
  readonly binaries: Binaries
}

/** Everything that is made together and appears together when it is complete. */
export const clusterOf = (place: Place) => join(place.home, `postgres-${place.binaries.major}`)
export const dataOf = (place: Place) => join(clusterOf(place), 'data')
export const passwordFileOf = (place: Place) => join(clusterOf(place), 'password')
export const logFileOf = (place: Place) => join(place.home, 'server.log')
export const portFileOf = (place: Place) => join(place.home, 'port')
export const ownerFileOf = (place: Place) => join(place.home, 'owner.json')
export const lockFileOf = (place: Place) => join(place.home, 'start.lock')
