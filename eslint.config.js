/**
 * Lint: the type-aware rules of typescript-eslint, plus the house style. A rule that is relaxed for some files says why.
 */
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { stylePlugin } from './scripts/lint/style-plugin.js';

const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'No default exports: a thing has one name everywhere.',
};
const NO_ENUM = {
  selector: 'TSEnumDeclaration',
  message: 'No enums: use a const array or object and derive the type.',
};

export default defineConfig(
  { ignores: ['dist/', 'coverage/', 'node_modules/', 'demo/.run/', '.ci/logs/', 'test/interop/*/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  {
    files: ['**/*.{ts,js,mjs,cjs}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { style: stylePlugin },
    rules: {
      'style/file-name': 'error',
      'style/head-comment': 'error',
      'max-lines': ['error', { max: 400 }],
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_ENUM],
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'], location: 'anywhere' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Numbers in messages read better bare.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // An async method without await keeps a port's shape: callers may not care which implementation waits.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/registry/**'],
    rules: { 'style/names-from-registry': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/lib/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time enters through the Clock port (src/lib/clock.ts).' },
        {
          object: 'Math',
          property: 'random',
          message: 'Randomness enters through the Random port (src/lib/random.ts).',
        },
      ],
    },
  },
  {
    // Tools that read a configuration file want it as the default export.
    files: ['*.config.{ts,js}'],
    rules: { 'no-restricted-syntax': ['error', NO_ENUM] },
  },
  {
    // Benchmarks in plain JavaScript run against the built package with nothing in between.
    files: ['bench/**/*.js'],
    extends: [tseslint.configs.disableTypeChecked],
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { globals: { module: 'writable' } },
    rules: { 'style/file-name': 'off' },
  },
);
