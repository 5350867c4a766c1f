import { defineConfig } from 'jasper-runtime/config'

export default defineConfig({ handlers: ['src/**/*.handler.ts'], routes: 'src/routes.ts' })
