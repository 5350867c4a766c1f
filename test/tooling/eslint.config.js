import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

/**
 * The house rules, as far as a machine can see them. `test/architecture/lint-rules.test.ts` plants a
 * violation of each rule of our own and sees it caught.
 */

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'Export by name, so that one thing has one name everywhere.',
}

/** Tests move time by hand; one read of the machine's clock outside makes them wait, or lie. */
const ownTime = [
  {
    selector: 'MemberExpression[object.name=/^(Date|performance)$/][property.name="now"]',
    message: 'Take the time from the Clock that you were given; timing/system-clock.ts alone reads it.',
  },
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0], CallExpression[callee.name="Date"]',
    message: 'Take the time from the Clock that you were given: clock.now().',
  },
  {
    selector: 'CallExpression[callee.name=/^set(Timeout|Interval)$/], MemberExpression[property.name=/^set(Timeout|Interval)$/]',
    message: 'Use clock.timer or clock.sleep, so that a test can move the time.',
  },
  {
    selector: 'MemberExpression[object.name="AbortSignal"][property.name="timeout"]',
    message: 'AbortSignal.timeout runs on the machine\'s clock; use clock.timer and an AbortController.',
  },
  {
    selector: 'MemberExpression[object.name="process"][property.name="hrtime"]',
    message: 'Use clock.monotonic().',
  },
]

const codedErrors = [
  {
    selector: 'ThrowStatement > NewExpression[callee.name=/^(Type|Range|Aggregate|Syntax)?Error$/]',
    message: 'Throw a JasperError: users and tools tell errors apart by its code.',
  },
  {
    selector: 'CallExpression[callee.property.name="reject"] > NewExpression[callee.name=/^(Type|Range|Aggregate|Syntax)?Error$/]',
    message: 'Reject with a JasperError: users and tools tell errors apart by its code.',
  },
]

const ownTimeModules = ['timers', 'node:timers', 'timers/promises', 'node:timers/promises'].map((name) => ({
  name,
  message: 'Use the Clock that you were given.',
}))

/** ESLint's own rules about code that cannot be meant, as far as tsc does not know it. */
const certainlyWrong = [
  'no-async-promise-executor',
  'no-cond-assign',
  'no-constant-binary-expression',
  'no-constant-condition',
  'no-debugger',
  'no-empty',
  'no-empty-character-class',
  'no-irregular-whitespace',
  'no-loss-of-precision',
  'no-misleading-character-class',
  'no-self-assign',
  'no-sparse-arrays',
  'no-unmodified-loop-condition',
  'no-unsafe-finally',
  'no-unsafe-optional-chaining',
  'no-useless-backreference',
  'no-useless-catch',
  'no-useless-escape',
  'require-yield',
]

export default defineConfig(
  {
    name: 'jasper/not-ours-to-judge',
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/.jasper/**',
      'fixtures/**/generated/**',
      // What the compiler is fed is judged by the compiler; each case would open a program of its own.
      'fixtures/!(apps)/**',
      'test/bench/app/**',
      'test/**/*.approved.*',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    name: 'jasper/all-typescript',
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: new URL('../..', import.meta.url).pathname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unnecessary-boolean-literal-compare': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' }],
      // An async method that awaits nothing is how a contract of promises is kept by something quick.
      '@typescript-eslint/require-await': 'off',
      // Parts of the runtime are objects of closures; taking a function out of one is how they are handed around.
      '@typescript-eslint/unbound-method': 'off',
      // `${number}` is plain and clear.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      'eqeqeq': ['error', 'always'],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-eval': 'error',
      ...Object.fromEntries(certainlyWrong.map((rule) => [rule, 'error'])),
      'no-restricted-syntax': ['error', noDefaultExport],
      'semi': ['error', 'never'],
      'quotes': ['error', 'single', { avoidEscape: true, allowTemplateLiterals: true }],
      // Lines are meant to end at 120; the linter stops at what no reader excuses.
      'max-len': ['error', { code: 140, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }],
    },
  },
  {
    name: 'jasper/config-files-are-imported-by-tools',
    files: ['**/*.config.ts', 'fixtures/**/routes.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    name: 'jasper/shipped-code-is-quiet',
    files: ['runtime/**/*.ts', 'compiler/**/*.ts', 'templates/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    name: 'jasper/who-may-write-to-the-console',
    files: ['compiler/cli/**/*.ts', 'runtime/cli/**/*.ts', 'runtime/**/console-logger.ts'],
    rules: { 'no-console': 'off' },
  },
  {
    name: 'jasper/runtime',
    files: ['runtime/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', noDefaultExport, ...ownTime, ...codedErrors],
      'no-restricted-imports': ['error', { paths: ownTimeModules }],
    },
  },
  {
    name: 'jasper/the-one-clock',
    files: ['runtime/timing/system-clock.ts'],
    rules: {
      'no-restricted-syntax': ['error', noDefaultExport, ...codedErrors],
      'no-restricted-imports': 'off',
    },
  },
  {
    name: 'jasper/tests-may-be-loose-with-types-they-do-not-own',
    files: ['test/**/*.ts', 'fixtures/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    name: 'jasper/a-test-waits-for-a-signal-and-is-never-skipped',
    files: ['test/**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        noDefaultExport,
        {
          selector: 'NewExpression[callee.name="Promise"] > ArrowFunctionExpression > CallExpression.body[callee.name="setTimeout"]',
          message: 'A sleep is too short on a slow machine and too long on a fast one: wait for a signal, with a deadline.',
        },
        {
          selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo)$/]',
          message: 'A test runs or is deleted. Capabilities are told by the driver, see test/README.md.',
        },
      ],
      'no-restricted-imports': [
        'error',
        { paths: ['timers/promises', 'node:timers/promises'].map((name) => ({ name, message: 'Wait for a signal, with a deadline.' })) },
      ],
    },
  },
)
