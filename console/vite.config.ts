import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const OF_DIALOGS =
  /node_modules.(@mantine.core.esm.components.(Modal|Drawer)|react-remove-scroll|react-style-singleton|use-callback-ref|use-sidecar)/

/** What forms are made of, and what keeps one from being left: no page begins with one. */
const OF_FORMS =
  /node_modules.(@mantine.core.esm.components.(Input|InputBase|InputsGroupFieldset|TextInput|PasswordInput|Textarea|NativeSelect|Checkbox|InlineInput)|@tanstack.react-router.dist.esm.useBlocker)/

/** What lays out Markdown: fetched where a text in it is shown. */
const OF_MARKDOWN =
  /node_modules.(@ungap|bail|ccount|character-(entities|reference)|comma-separated|decode-named|dequal|devlop|escape-string|estree-util|extend|hast-|html-url|inline-style|is-(alpha|deci|hexa|plain)|longest-streak|markdown-table|mdast-|micromark|parse-entities|property-information|react-markdown|remark-|space-separated|stringify-entities|style-to|trim-lines|trough|unified|unist-|vfile|zwitch)/

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // One sheet for all screens: it is small, and a lazy screen never flashes unstyled.
    cssCodeSplit: false,
    // Every browser the console supports knows modulepreload.
    modulePreload: { polyfill: false },
    // A data: URL would be refused by the font-src and script-src of the content security policy.
    assetsInlineLimit: 0,
    sourcemap: false,
    // The size budget reads which chunks the first page load needs.
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What several screens share would be cut into many small chunks, which compress worse than one.
            {
              name: 'vendor',
              test: (id) => id.includes('node_modules') && ![OF_DIALOGS, OF_FORMS, OF_MARKDOWN].some((late) => late.test(id)),
              priority: 1,
            },
            // Dialogs are fetched after the page they lie over.
            { name: 'dialog', test: OF_DIALOGS },
            { name: 'forms', test: OF_FORMS },
            { name: 'markdown', test: OF_MARKDOWN },
            // Where the texts of late screens are: a line each, which would be a file each.
            { name: 'books', test: /i18n.books?[.\\/]/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/api': 'http://127.0.0.1:8470' },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}'],
    // Some lay out thousands of texts, on a machine that is busy with other things.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
