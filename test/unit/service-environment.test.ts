import {describe, expect, test} from 'vitest'
import {parseUnitFile} from '../../src/lib/unit/file.ts'
import {parseUnitName} from '../../src/lib/unit/names.ts'
import {ProblemList} from '../../src/lib/unit/problem-list.ts'
import {environmentFilesOf, serviceEnvironment} from '../../src/lib/unit/service/service-environment.ts'
import {host} from './host.ts'

function read(lines: string) {
  const problems = new ProblemList()
  const setting = {name: parseUnitName('web@3.service'), host}
  const variables = serviceEnvironment(parseUnitFile(`[Service]\n${lines}`).file, setting, problems)
  return {variables, problems: problems.all().map(({severity, message}) => `${severity}: ${message}`)}
}

describe('Environment=', () => {
  test.each<[string, object, readonly string[]]>([
    ['Environment=A=1 B=%i', {A: '1', B: '3'}, []],
    ['Environment="A=b c" \'D=e "f"\' G="h i"', {A: 'b c', D: 'e "f"', G: 'h i'}, []],
    ['Environment=A=1\nEnvironment=A=2 B=', {A: '2', B: ''}, []],
    ['Environment=A=1\nEnvironment=\nEnvironment=B=2', {B: '2'}, []],
    ['Environment=A=a\\x41\\tb', {A: 'aA\tb'}, []],
    ['Environment=__proto__=1', Object.fromEntries([['__proto__', '1']]), []],
    ['Environment=A=1 2=x B=3', {A: '1', B: '3'}, ["warning: '2=x' is no variable, and is passed over"]],
    ['Environment=A=1 B="2', {A: '1'}, ['warning: a " that is not closed: this and the rest of the line are passed over']],
    ['Environment=A=1 B=\\d C=3', {A: '1'}, ["warning: '\\d' is no escape: this and the rest of the line are passed over"]],
    ['EnvironmentFile=etc/a', {}, ["warning: 'etc/a' is no absolute path, and is passed over"]],
    ['EnvironmentFile=-/etc/%i/*.env', {}, []],
    ['PassEnvironment=A', {}, []],
    ['ExecStart=/usr/bin/docker run a\nPassEnvironment=A', {}, ['warning: has no effect on a container']],
  ])('%j', (lines, variables, problems) => {
    expect(read(lines)).toEqual({variables, problems})
  })
})

test('the files of EnvironmentFile= are in their order, as they are written', () => {
  const {file} = parseUnitFile(
    '[Service]\nEnvironmentFile=/no\nEnvironmentFile=\nEnvironmentFile=-/etc/%i/*.env\nEnvironmentFile=/a b\n',
  )
  expect(environmentFilesOf(file, 'web@3.service')).toEqual([
    {path: '/etc/3/*.env', optional: true},
    {path: '/a b', optional: false},
  ])
})
