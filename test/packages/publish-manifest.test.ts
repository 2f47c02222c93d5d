import { expect, test } from 'vitest'
import { publishManifest, withBuiltImports } from '../../scripts/publish-manifest.ts'

const SOURCE = {
  name: '@chatzuri/example',
  version: '1.2.3',
  type: 'module',
  scripts: { prepack: 'build' },
  devDependencies: { vitest: '^1' },
  exports: { '.': './src/index.ts', './x': './src/x/y.ts', './package.json': './package.json' },
  bin: { example: './bin/example.js' },
  dependencies: { zod: '4.0.0', '@chatzuri/webhooks': '0.1.0' },
}
const siblingVersion = (name: string) => (name === '@chatzuri/webhooks' ? '0.1.0' : null)

test('entry points become what was built from them; the rest stays', () => {
  expect(publishManifest(SOURCE, siblingVersion)).toEqual({
    name: '@chatzuri/example',
    version: '1.2.3',
    type: 'module',
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './x': { types: './dist/x/y.d.ts', default: './dist/x/y.js' },
      './package.json': './package.json',
    },
    bin: { example: './bin/example.js' },
    dependencies: { zod: '4.0.0', '@chatzuri/webhooks': '0.1.0' },
    files: ['dist', 'bin'],
  })
})

test.each(['^4.0.0', '4', 'latest', 'workspace:*', 'file:../x'])(
  'a dependency on "%s" is not published',
  (version) => {
    const source = { ...SOURCE, dependencies: { zod: version } }
    expect(() => publishManifest(source, siblingVersion)).toThrow(/does not pin zod/)
  },
)

test('a package of ours is depended on at the version that it has', () => {
  const source = { ...SOURCE, dependencies: { '@chatzuri/webhooks': '0.0.9' } }
  expect(() => publishManifest(source, siblingVersion)).toThrow(/wants .* 0\.0\.9, but here it is/)
})

test('a private package is not published', () => {
  expect(() => publishManifest({ ...SOURCE, private: true }, siblingVersion)).toThrow(/private/)
})

test('a bin file imports what was built', () => {
  expect(withBuiltImports("await import('../src/cli/serve.ts')")).toBe(
    "await import('../dist/cli/serve.js')",
  )
  expect(withBuiltImports('import x from "../src/x.ts"')).toBe("import x from '../dist/x.js'")
})
