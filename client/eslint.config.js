import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

export default ts.config(
	{
		ignores: [
			'build/',
			'.svelte-kit/',
			'node_modules/',
			'src/lib/paraglide/',
			'src/lib/api/schema.gen.ts',
			'static/'
		]
	},
	js.configs.recommended,
	...ts.configs.strict,
	...svelte.configs.recommended,
	{
		languageOptions: { globals: { ...globals.browser, ...globals.node } },
		rules: {
			'no-undef': 'off',
			'max-lines': ['error', { max: 300 }],
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_' }
			],
			'svelte/no-at-html-tags': 'error',
			'svelte/no-navigation-without-resolve': 'off',
			// Plain Map, Set and Date are meant where they are plain: what is shown is a SvelteMap or state.
			'svelte/prefer-svelte-reactivity': 'off'
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'] } }
	},
	{ files: ['**/*.svelte'], rules: { 'max-lines': ['error', { max: 200 }] } },
	// Components: props in, callbacks out.
	{ files: ['src/lib/**/*.svelte'], rules: { 'no-restricted-globals': ['error', 'fetch'] } },
	{ files: ['**/*.test.ts', 'e2e/**'], rules: { 'max-lines': ['error', { max: 400 }] } },
	// The one component that may render markup: the server has sanitised it.
	{ files: ['src/lib/ui/Markdown.svelte'], rules: { 'svelte/no-at-html-tags': 'off' } },
	{
		files: ['src/lib/ui/**', 'src/lib/kit/**'],
		rules: {
			'no-restricted-imports': [
				'error',
				{
					patterns: [
						{
							regex: '^#lib/(api|stream|issues|shell|session)',
							message: 'ui and kit know no domain word.'
						}
					]
				}
			]
		}
	}
);
