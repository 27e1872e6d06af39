import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'
import {expect, test} from 'vitest'
import {withDirectory} from '../cli/temporary-directory.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** No etcd is where it would look for one: whatever connected would fail. */
function verify(words: readonly string[], options: {readonly cwd: string; readonly input?: string}) {
  const env = {...process.env, CTL_ENDPOINTS: 'http://127.0.0.1:1', NO_COLOR: ''}
  const {status, stdout, stderr} = spawnSync(`${root}bin/ctl`, ['verify', ...words], {...options, env, encoding: 'utf8'})
  return {status, stdout, stderr}
}

const good = '[Container]\nImage=nginx\n'
const files = {
  'good.service': good,
  'warned.service': `${good}[Service]\nRestrt=no\n`,
  'bad.service': '[Service]\nRestart=alwas\nExecStart=/bin/x\n',
}

test.each<[name: string, words: readonly string[], status: number]>([
  ['a good file', ['good.service'], 0],
  ['a warning', ['warned.service'], 0],
  ['a warning, strictly', ['--strict', 'warned.service'], 2],
  ['a good file, strictly', ['--strict', 'good.service'], 0],
  ['a bad file', ['bad.service'], 2],
  ['a bad file among others', ['good.service', 'bad.service', 'warned.service'], 2],
  ['a missing file among others', ['good.service', 'none.service'], 2],
  ['a directory with a bad file', ['.'], 2],
  ['a bad file as JSON', ['-o', 'json', 'bad.service'], 2],
])('%s: exit code', async (_, words, status) => {
  await withDirectory(files, async cwd => {
    expect(verify(words, {cwd})).toMatchObject({status, stderr: ''})
  })
})

test('quietly: errors and warnings of every file, for a pipe without colours', async () => {
  await withDirectory(files, async cwd => {
    const {stdout} = verify(['-q', 'bad.service', 'good.service', 'warned.service'], {cwd})
    expect(stdout.split('\n')).toEqual([
      "bad.service:2:9: error: [Service] Restart: 'alwas' is not understood; write Restart=always",
      expect.stringMatching(/^warned\.service:4:1: warning: \[Service\] Restrt: /),
      '',
    ])
    expect(verify(['-q', 'good.service'], {cwd})).toEqual({status: 0, stdout: '', stderr: ''})
  })
})

test('stdin, under a name', async () => {
  await withDirectory({}, async cwd => {
    const {status, stdout} = verify(['--name', 'web@3', '-'], {cwd, input: '[Container]\nImage=nginx:%i\n'})
    expect(status).toBe(0)
    expect(stdout).toMatch(/^● stdin: ok, docker: .*\n +Unit: web@3\.service\n +Image: nginx:3\n/)
  })
})

test('JSON is whole', async () => {
  await withDirectory(files, async cwd => {
    const {stdout} = verify(['-o', 'json', '.'], {cwd})
    expect(JSON.parse(stdout)).toMatchObject({
      files: [{file: 'bad.service'}, {file: 'good.service', container: {image: 'nginx'}}, {}],
      errors: 1,
    })
  })
})

test.each([
  ['no file', [], 'ctl: no file given\nhint: name unit files, a directory, or - for stdin\n'],
  [
    'a name for several files',
    ['--name', 'a', 'good.service', 'bad.service'],
    'ctl: --name names one unit, and there are several files\nhint: verify them one by one\n',
  ],
])('wrong usage: %s', async (_, words, stderr) => {
  await withDirectory(files, async cwd => {
    expect(verify(words, {cwd})).toEqual({status: 2, stdout: '', stderr})
  })
})
