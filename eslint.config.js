/** How the pages' scripts and their tests are written: `make lint` checks it, `make format` puts it right. */

import js from '@eslint/js';
import stylistic from '@stylistic/eslint-plugin';
import globals from 'globals';

const FORM = stylistic.configs.customize({
  indent: 2,
  quotes: 'single',
  semi: true,
  braceStyle: '1tbs',
  commaDangle: 'only-multiline',
  quoteProps: 'as-needed',
  arrowParens: true,
});

export default [
  { ignores: ['static/vendor/', 'media/', 'test-results/', '.venv/'] },
  js.configs.recommended,
  FORM,
  {
    rules: {
      '@stylistic/list-style': 'off', // a long object may have several properties on a line
      '@stylistic/max-statements-per-line': 'off', // a short case of a switch is one line
      '@stylistic/quotes': ['error', 'single', { avoidEscape: true, allowTemplateLiterals: 'always' }],
      'no-unused-vars': ['error', { argsIgnorePattern: '^_', caughtErrors: 'none' }],
    },
  },
  { files: ['static/js/**'], languageOptions: { globals: { ...globals.browser, ...globals.worker } } },
  { files: ['static/js/page/early_press.js'], languageOptions: { sourceType: 'script' } },
  { files: ['tests/js/**', 'eslint.config.js'], languageOptions: { globals: { ...globals.node } } },
];
