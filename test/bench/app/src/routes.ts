import { defineRoutes } from 'jasper-runtime/config'

export default defineRoutes(({ listen }) => {
  listen('local://kept', { parallelism: 1, buffer: 1 })
  listen('local://handled', { parallelism: 20 })
  listen('local://outboxed', { parallelism: 20 })
})
