import eslint from '@eslint/js'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['test-results', 'playwright-report'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Fixtures of Playwright are async by type, also where they await nothing, and name what they only depend on.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // Tests search for escape sequences.
      'no-control-regex': 'off',
      // Numbers in addresses and messages are meant.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
    },
  },
  {
    // Scripts for Node.js whose functions run in a page.
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { WebAssembly: "readonly", console: 'readonly', document: 'readonly', performance: 'readonly', process: 'readonly', requestAnimationFrame: 'readonly', window: 'readonly', PerformanceObserver: 'readonly' },
    },
  },
)
