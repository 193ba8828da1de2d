import js from '@eslint/js'
import n from 'eslint-plugin-n'
import reactHooks from 'eslint-plugin-react-hooks'
import globals from 'globals'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['out/', 'dist/', 'coverage/', 'test-results/', 'playwright-report/', 'resources/models/', '.cache/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }, globals: globals.node },
    plugins: { n },
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'n/no-process-env': 'error',
      'no-console': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // A type predicate or a generic used once often names a thing; the rule has no sense for that.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        {
          selector: "CallExpression[callee.object.name='process'][callee.property.name='exit']",
          message: 'Only entry files end the process.',
        },
      ],
    },
  },
  { files: ['src-main/config/env.ts', 'src-bridge/main.ts'], rules: { 'n/no-process-env': 'off' } },
  {
    files: ['src-main/server/tmws.ts', 'src-main/server/stdio-fallback.ts', 'src-bridge/main.ts', 'resources/scripts/**'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.test.ts', '**/*.test.tsx', '**/*.conformance.ts', 'e2e/**', 'resources/scripts/**'],
    rules: {
      'n/no-process-env': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['src-renderer/**'],
    plugins: { 'react-hooks': reactHooks },
    rules: reactHooks.configs.recommended.rules,
    languageOptions: { globals: globals.browser },
  },
  { files: ['*.config.ts', '*.config.mjs', '.dependency-cruiser.mjs'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.mjs'], ...tseslint.configs.disableTypeChecked },
)
