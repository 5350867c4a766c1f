/** What an app has unless `createApp` is told otherwise. */
export const appDefaults = {
  stopTimeout: '30s',
  parkFor: '24h',
  sendOnly: false,
  recovery: true,
} as const
